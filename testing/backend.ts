import {
  type BackendOptions,
  createBackend,
  createMemoryEngine,
  type EventLog,
  type Log,
  type Validate,
} from '../server/index.ts'
import { fromWire } from '../src/backend/batch.ts'
import type { Schema } from '../src/index.ts'
import type { ArgsOf } from '../src/schema/events.ts'
import { decodeEvent } from '../src/schema/schema.ts'
import type { Network } from '../src/testing/simulator/network.ts'
import type { Scheduler, Thread } from '../src/testing/simulator/scheduler.ts'
import type { AnyDefs, Defs } from './client.ts'

/** What an app decides at its backend. What it gives to `startServer` fits here, as long as it waits for nothing real. */
export type TestBackend = Pick<BackendOptions, 'validate' | 'limits'>

/** A commit as it comes to the backend: its synced events, decoded. */
export type TestCommit<Events extends Defs = AnyDefs> = {
  readonly commitId: string
  readonly clientId: string
  readonly events: readonly {
    [Key in keyof Events]: { readonly name: Events[Key]['name']; readonly args: ArgsOf<Events[Key]> }
  }[keyof Events][]
}

/** Why a commit is refused, if it is. */
export type Rule<Events extends Defs> = (commit: TestCommit<Events>) => string | undefined

type Options<Events extends Defs> = TestBackend & {
  readonly schema: Schema<Events>
  readonly scheduler: Scheduler
  readonly network: Network
}

/** The real backend on a log in memory, which outlives it. */
export function startTestBackend<Events extends Defs>(options: Options<Events>) {
  const { schema, scheduler, network, limits } = options
  const thread = scheduler.thread('backend')
  const { engine, head } = createLog(thread)
  const rules = new Set<Rule<Events>>()
  let running: Thread | undefined
  let trouble: string | undefined

  const log: Log = ({ level, message, error }) => {
    if (level === 'error') trouble = `the backend said: ${message}, ${error}`
  }

  const validate: Validate = (wire, context) => {
    const commit = decoded(schema, wire)
    for (const rule of rules) {
      const reason = rule(commit)
      if (reason !== undefined) return reason
    }
    return options.validate?.(wire, context)
  }

  const start = () => {
    if (running?.isAlive) return
    running = thread.spawn('run')
    const { connect } = createBackend({ engine, env: running.env, validate, limits, log })
    network.serve(running, connect)
  }
  start()

  return {
    engine,
    /** The number of the last event in its log. */
    head,
    /** The last error that it told of, in words. */
    trouble: () => trouble,
    restart(downMs: number) {
      running?.kill()
      if (downMs > 0) thread.schedule(downMs, start)
      else start()
    },
    reject(rule: Rule<Events>) {
      rules.add(rule)
      return () => void rules.delete(rule)
    },
    async close() {
      thread.kill()
      await engine.close()
    },
  }
}

function decoded<Events extends Defs>(schema: Schema<Events>, wire: Parameters<Validate>[0]): TestCommit<Events> {
  const { commitId, clientId, events } = fromWire(wire)
  // The clients commit what is in the schema, so all of its names are.
  const known = events.map((event) => ({ name: event.name, args: decodeEvent(schema.eventReader(event.name)!, event) }))
  return { commitId, clientId, events: known as unknown as TestCommit<Events>['events'] }
}

function createLog({ env }: Thread) {
  const memory = createMemoryEngine({ env })
  let head = 0
  const engine: EventLog = {
    ...memory,
    async append(storeId, push) {
      const appended = await memory.append(storeId, push)
      if (appended.type === 'appended') head = appended.head.seq
      return appended
    },
  }
  return { engine, head: () => head }
}
