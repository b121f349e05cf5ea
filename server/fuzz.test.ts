import fc from 'fast-check'
import { expect, test } from 'vitest'
import { newCommit } from './testing/client.ts'
import { serve } from './testing/fixture.ts'

const cursor = fc.record({ seq: fc.integer({ min: -1, max: 9 }), commitId: fc.option(fc.constant('commit-1')) })
const commit = fc.constant(0).map(() => newCommit())
const frame = fc.oneof(
  fc.record(
    {
      type: fc.constant('hello'),
      v: fc.nat(2),
      storeId: fc.constantFrom('todos', '', 7),
      clientId: fc.constant('client'),
      cursor,
    },
    { requiredKeys: ['type'] },
  ),
  fc.record(
    {
      type: fc.constant('push'),
      id: fc.nat(),
      parent: fc.integer({ min: -1, max: 5 }),
      commits: fc.array(fc.oneof(commit, fc.jsonValue())),
    },
    { requiredKeys: ['type'] },
  ),
  fc.record({ type: fc.constant('credit'), seq: fc.oneof(fc.nat(5), fc.double(), fc.constant(2 ** 60)) }),
  fc.record({ type: fc.constantFrom('auth', 'heartbeat', 'bye', 'pushed'), token: fc.string() }),
  fc.jsonValue(),
)
const data = fc.oneof(
  { weight: 5, arbitrary: frame.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.uint8Array().map((bytes) => Buffer.from(bytes)) },
)
const hello = JSON.stringify({
  type: 'hello',
  v: 1,
  storeId: 'todos',
  clientId: 'client',
  cursor: { seq: 0, commitId: null },
})

test('whatever anybody sends, the others are served and the log stays whole', async () => {
  const server = await serve()
  const witness = await server.enter('witness')
  let seq = 0
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(data, { maxLength: 8 }), async (politely, messages) => {
      const client = await server.connect()
      if (politely) client.sendRaw(hello)
      for (const message of messages) client.sendRaw(message)
      seq = (await witness.store(seq, newCommit())).seq
      client.close()
      await client.end()
    }),
    { numRuns: 150 },
  )
  const { head } = (await server.engine.open('todos', { create: true }))!
  const reader = await server.enter('todos')
  const commits = await reader.receive(head.seq)
  expect(commits.reduce((count, commit) => count + commit[4].length, 0)).toBe(head.seq)
}, 20_000)
