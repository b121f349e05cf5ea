import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Cursor } from '../src/sync/wire.ts'
import { garbage, mutate, mutation } from '../src/testing/frames.ts'
import { idsOf, newCommit } from './testing/client.ts'
import { serve } from './testing/fixture.ts'

/** At times that of the log, which grows by what each of them stores. */
const parent = fc.constantFrom<unknown>('the head', 'the head', 'the head', 0, 5, 1_000)
const seq = fc.integer({ min: 0, max: 5 })
const kept = newCommit()
const commit = fc.integer({ min: 0, max: 5 }).map((at) => (at === 5 ? kept : newCommit('v1.Noted', { text: 'x' }, 2)))

const push = fc.record({
  type: fc.constant('push'),
  id: fc.nat(9),
  parent,
  commits: fc.array(commit, { minLength: 1, maxLength: 3 }),
})

/** What a client might say, right here or not. */
const plausible: fc.Arbitrary<object> = fc.oneof(
  fc.record({
    type: fc.constant('hello'),
    v: fc.constant(1),
    storeId: fc.constantFrom('todos', 'others'),
    clientId: fc.constant('client'),
    cursor: fc.constant({ seq: 0, commitId: null }),
  }),
  push,
  fc.record({ type: fc.constant('credit'), seq }),
  fc.record({ type: fc.constant('auth'), token: fc.string() }),
  fc.record({ type: fc.constantFrom('heartbeat', 'bye') }),
)
const mutated = fc.tuple(plausible, mutation).map(([message, mutation]) => mutate(message, mutation))
const data = fc.oneof(
  { weight: 3, arbitrary: plausible.map((message) => JSON.stringify(message)) },
  { weight: 3, arbitrary: mutated.map((message) => JSON.stringify(message)) },
  { weight: 1, arbitrary: garbage },
  { weight: 1, arbitrary: fc.uint8Array().map((bytes) => Buffer.from(bytes)) },
)

test('whatever anybody sends, the others are served and the log stays whole', async () => {
  // The witness pushes as fast as it can, and is not what is tested.
  const server = await serve({ limits: { pushBurst: 10_000 } })
  const witness = await server.enter('todos')
  let head: Cursor = { seq: 0, commitId: null }
  /** The others' pushes are right at times, and then they are first. */
  const store = async () => {
    witness.push(head.seq, newCommit())
    const answer = await witness.take('pushed', 'ahead')
    head = answer.head
    witness.send({ type: 'credit', seq: head.seq })
    if (answer.type === 'ahead') await store()
  }
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(true, true, true, false),
      fc.tuple(
        fc.oneof(
          push.map((message) => JSON.stringify(message)),
          data,
        ),
        fc.array(data, { maxLength: 8 }),
      ),
      async (politely, [first, others]) => {
        const client = await server.connect()
        if (politely) await client.hello('todos', { cursor: head })
        for (const message of [first, ...others])
          client.sendRaw(typeof message === 'string' ? message.replace('"the head"', `${head.seq}`) : message)
        await store()
        client.close()
        await client.end()
      },
    ),
    { numRuns: 300 },
  )
  await store() // after whatever the last one left
  const commits = await (await server.enter('todos')).receive(head.seq)
  expect(commits.reduce((count, commit) => count + commit[4].length, 0)).toBe(head.seq)
  expect((await server.engine.open('todos', { create: false }))!.head).toEqual(head)
  expect(new Set(idsOf(commits)).size).toBe(commits.length)
  const ofTheWitness = 301
  expect(commits.length).toBeGreaterThan(ofTheWitness) // the others were right at times, or nothing was tested
}, 20_000)
