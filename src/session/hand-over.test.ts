import { expect, test } from 'vitest'
import { commitOf, events, schema as plain, schemaWith } from '../replica/testing.ts'
import type { ConflictDecision } from '../schema/conflict.ts'
import type { Schema } from '../schema/schema.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { lead } from '../testing/lead.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { createTracer } from '../trace.ts'
import { createSession } from './session.ts'

const sqlite = await loadSqlite()
const foreign = (...inputs: Parameters<typeof commitOf> extends [string, ...infer Rest] ? Rest : never) =>
  commitOf(`foreign-${inputs[0]?.name}`, ...inputs)

/** The session goes away; a leader that it does not hear settles its commit; the next leader opens the log. */
async function missed(decision: ConflictDecision<typeof events>) {
  const schema = schemaWith(() => decision) as unknown as Schema
  const first = lead(undefined, schema)
  const env = manualEnv()
  const options = { schema, sessionId: 'one', openMemory: () => sqlite.open(), env: env.env, traces: createTracer() }
  const session = createSession({ ...options, onStatus: () => undefined })
  first.backend(1, [foreign(events.created({ id: '1', text: 'milk' }))])
  await session.attach(first.connect())
  const receipt = session.commit([events.required({ id: '1' })])
  await first.live(1)
  await receipt.persisted
  await session.attach(undefined)
  first.backend(2, [foreign(events.removed({ id: '1' }))])
  const second = lead(first.crash(), schema)
  return { session, receipt, second }
}

test('H2 R3 a session that rejoins learns that its commit was dropped', async () => {
  const { session, receipt, second } = await missed({ action: 'drop', reason: 'no use' })
  await session.attach(second.connect())
  await expect(receipt.confirmed).rejects.toMatchObject({ outcome: 'dropped', reason: 'no use' })
  expect(session.sync.pending).toEqual([])
})

test('H2 R4 a session that rejoins follows the replacement, confirmed before or after', async () => {
  for (const when of ['before', 'after'] as const) {
    const { session, receipt, second } = await missed({
      action: 'replace',
      events: [events.created({ id: '2', text: 'bread' })],
    })
    const [replacement] = second.log.unconfirmed()
    if (when === 'before') second.backend(3, [replacement!])
    await session.attach(second.connect())
    if (when === 'after') second.backend(3, [replacement!])
    await receipt.confirmed
    expect(session.sync).toMatchObject({ accepted: [], pending: [], confirmed: { global: 3 } })
  }
})

test('what a session knows of the backend is not taken back by a leader that has heard less', async () => {
  const first = lead()
  const env = manualEnv()
  const options = {
    schema: plain,
    sessionId: 'one',
    openMemory: () => sqlite.open(),
    env: env.env,
    traces: createTracer(),
  }
  const session = createSession({ ...options, onStatus: () => undefined })
  await session.attach(first.connect())
  first.backendHead(5)
  expect(session.leader?.backendHead).toBe(5)
  await session.attach(undefined)
  const second = lead(first.crash())
  await session.attach(second.connect())
  expect(session.leader?.backendHead).toBe(5)
  second.backendHead(3)
  expect(session.leader?.backendHead).toBe(5)
  second.backendHead(6)
  expect(session.leader?.backendHead).toBe(6)
})
