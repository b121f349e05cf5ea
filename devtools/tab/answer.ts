import type { StandardSchemaV1 } from '@standard-schema/spec'
import { shapeOf } from '../../src/compat/json-schema.ts'
import { decodeArgs } from '../../src/event/encode.ts'
import type { Store } from '../../src/index.ts'
import type { AnyEventDef } from '../../src/schema/events.ts'
import { decodeEvent, type Schema } from '../../src/schema/schema.ts'
import { channelName, type OnChannel } from '../protocol.ts'
import { freeze } from './freeze.ts'
import { literal } from './literal.ts'
import type { Committed, EventForm, GivenEvent, Issue, Plan, TabAnswers, TablesCopy, TabQuestion } from './questions.ts'

/** Answers a panel for the store of this page. */
export async function answerTab<Q extends TabQuestion>(store: Store, question: Q): Promise<TabAnswers[Q['type']]>
export async function answerTab(store: Store, question: TabQuestion): Promise<TabAnswers[TabQuestion['type']]> {
  const { schema } = store.inspect
  switch (question.type) {
    case 'schema':
      return { fingerprint: schema.fingerprint }
    case 'events':
      return Object.values(schema.events).map(formOf)
    case 'commit':
      return commit(store, question.events)
    case 'decode':
      return decode(schema, question.event)
    case 'plan':
      return planOf(store, question.sql)
    case 'tables':
      return tablesOf(store)
    case 'set online':
      store.setOnline(question.online)
      return null
    case 'freeze': {
      const { sessionId, ms } = question
      if (sessionId === store.inspect.sessionId)
        setTimeout(freeze, 0, ms) // after the answer
      else sayTo(store.storeId, { type: 'freeze', sessionId, ms })
      return null
    }
    default:
      return question satisfies never
  }
}

function sayTo(storeId: string, message: OnChannel) {
  const channel = new BroadcastChannel(channelName(storeId))
  channel.postMessage(message)
  channel.close()
}

function formOf(def: AnyEventDef): EventForm {
  const shape = shapeOf(def)
  const { name, synced } = def
  return shape.type === 'known' ? { name, synced, schema: shape.reads } : { name, synced, why: shape.why }
}

/** All that is wrong is told, not only the first; `commit` would throw that. */
function commit(store: Store, given: readonly GivenEvent[]): Committed {
  const { schema } = store.inspect
  const inputs = given.map(({ name, args, kinds }) => ({ name, args: decodeArgs(args, kinds) }))
  const issues = inputs.flatMap(({ name, args }, event) => {
    const def = schema.eventDef(name)
    return def ? issuesOf(def, args, event) : [{ event, path: '', message: `no event is named ${name}` }]
  })
  if (issues.length > 0) return { type: 'refused', issues }
  try {
    return { type: 'committed', commitId: store.commit(...inputs).commitId }
  } catch (error) {
    return { type: 'refused', issues: [{ event: 0, path: '', message: (error as Error).message }] }
  }
}

function issuesOf({ schema }: AnyEventDef, args: unknown, event: number): Issue[] {
  const result = (schema as StandardSchemaV1)['~standard'].validate(args)
  if (result instanceof Promise || !result.issues) return []
  return result.issues.map(({ path = [], message }) => {
    const keys = path.map((part) => String(typeof part === 'object' ? part.key : part))
    return { event, path: keys.join('.'), message }
  })
}

function decode(schema: Schema, event: Parameters<typeof decodeEvent>[1]): string {
  const reader = schema.eventReader(event.name)
  return literal(reader ? decodeEvent(reader, event) : decodeArgs(event.args, event.kinds))
}

/** Bytes that are sent to another page at once. */
const mostSent = 64 * 2 ** 20

function tablesOf({ inspect: { page, schema, order } }: Store): TablesCopy {
  if (!page) throw new Error('the tables are with the leader: this tab has none to copy')
  const bytes = page.tables.serialize()
  if (bytes.length > mostSent) {
    throw new Error(
      `the tables have ${Math.round(bytes.length / 2 ** 20)} MB, too much to copy: open the panel in the app's page`,
    )
  }
  return { bytes, head: order().head, clientOnly: [...schema.clientOnlyTables] }
}

/** Tables that are looked through from end to end: each is counted, up to a bound. */
const mostCounted = 100_000

function planOf({ inspect: { page, schema } }: Store, text: string): Plan {
  if (!page) return { steps: [], rows: {} }
  const { tables } = page
  const parameters = text.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, '').split('?').length - 1
  const found = tables.all(`EXPLAIN QUERY PLAN ${text}`, Array(parameters).fill(null)) // the same whatever is bound
  const steps = found.map((step) => String(step[3]))
  const scanned = steps
    .flatMap((step) => /\bSCAN (\w+)/.exec(step)?.[1] ?? [])
    .filter((name) => schema.tables.has(name))
  const count = (table: string) =>
    tables.all(`SELECT count(*) FROM (SELECT 1 FROM "${table}" LIMIT ${mostCounted})`)[0]![0] as number
  return { steps, rows: Object.fromEntries(scanned.map((table) => [table, count(table)])) }
}
