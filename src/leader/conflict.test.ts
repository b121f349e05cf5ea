import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Commit } from '../event/commit.ts'
import { commitOf, events, schemaWith, tables } from '../replica/testing.ts'
import type { OnConflict } from '../schema/conflict.ts'
import { select } from '../schema/query.ts'
import type { Schema } from '../schema/schema.ts'
import { ids } from '../sync/testing.ts'
import { lead } from '../testing/lead.ts'

const made = (id: string) => commitOf(`make-${id}`, events.created({ id, text: id }))
const needs = (id: string) => commitOf(`needs-${id}`, events.required({ id }))
const removed = (id: string) => commitOf(`remove-${id}`, events.removed({ id }))
const [a, b, c] = [made('a'), made('b'), made('c')]
const settledOf = (told: readonly unknown[]) =>
  told.flatMap((message) => (message as { settled?: readonly { commitId: string; outcome: string }[] }).settled ?? [])

/** A leader that has [needs a, make b] unconfirmed when the backend removes `a`. */
async function conflict(onConflict: OnConflict<typeof events>, ...behind: Commit[]) {
  const leader = lead(undefined, schemaWith(onConflict) as unknown as Schema)
  const session = await leader.join('one')
  leader.backend(1, [a])
  await session.push(needs('a'), b, ...behind)
  leader.backend(2, [removed('a')])
  return { leader, session }
}

/** Recreates what was removed, and asks for it again. */
const recreate = { action: 'replace', events: [events.created({ id: 'a', text: 'again' })] } as const

describe('a commit that no longer applies', () => {
  test('P5 is asked about once, with what upstream brought and the state without it', async () => {
    const asked: unknown[] = []
    await conflict((commit, upstream, query) => {
      asked.push([commit.commitId, commit.events, commit.error.message, upstream.map(({ events }) => events)])
      asked.push(query(select({ id: tables.todos.id }).from(tables.todos)))
      return { action: 'drop' }
    }, c)
    expect(asked).toEqual([
      [
        'needs-a',
        [{ name: 'v1.Required', args: { id: 'a' } }],
        'the materializer of v1.Required failed: there is no todo a',
        [[{ name: 'v1.Removed', args: { id: 'a' } }]],
      ],
      [{ id: 'b' }, { id: 'c' }],
    ])
  })

  test('P5 each of several is asked about once', async () => {
    const asked: string[] = []
    const twice = { ...needs('a'), commitId: 'needs-a-too' }
    await conflict(({ commitId }) => {
      asked.push(commitId)
      return { action: 'keep' }
    }, twice)
    expect(asked).toEqual(['needs-a', 'needs-a-too'])
  })

  test('P6 R3 drop gives it up, and those behind it go on', async () => {
    const { leader, session } = await conflict(() => ({ action: 'drop', reason: 'not needed' }))
    expect(leader.unpushed()).toEqual(['make-b'])
    expect(settledOf(session.told)).toEqual([{ commitId: 'needs-a', outcome: 'dropped', reason: 'not needed' }])
    expect(leader.log.find('needs-a')).toMatchObject({ outcome: 'dropped', reason: 'not needed' })
  })

  test('P6 keep and an answer of nothing park it', async () => {
    for (const answer of [{ action: 'keep' }, undefined] as const) {
      const { leader } = await conflict(() => answer)
      expect(leader.log.find('needs-a')).toMatchObject({
        outcome: 'parked',
        reason: expect.stringMatching(/no todo a/),
      })
    }
  })

  test('P6 an onConflict that throws, promises or answers anything else parks it, and breaks nothing', async () => {
    const answers = fc.oneof(
      fc.jsonValue().filter((value) => !['keep', 'drop'].includes(String(Object(value).action))),
      fc.constantFrom<unknown>(
        Promise.resolve({ action: 'drop' }),
        { action: 'replace', events: [] },
        { action: 'replace', events: [null] },
        { action: 'replace', events: [{ name: 'unknown', args: {} }] },
        { action: 'replace', events: [{ name: 'v1.Created', args: { id: 1 } }] },
        { action: 'replace', events: [{ name: 'v1.Created', args: { id: 'x', text: 'x'.repeat(5 * 1024 * 1024) } }] },
      ),
    )
    const check = async (onConflict: () => unknown) => {
      const { leader } = await conflict(onConflict as () => undefined)
      expect(leader.log.find('needs-a')).toMatchObject({
        outcome: 'parked',
        reason: expect.stringMatching(/onConflict/),
      })
      leader.backend(3, [b])
      expect(leader.unpushed()).toEqual([])
    }
    await fc.assert(
      fc.asyncProperty(answers, (answer) => check(() => answer)),
      { numRuns: 30 },
    )
    await check(() => {
      throw new Error('a bug of the app')
    })
  })

  test('P6 query refuses to write', async () => {
    const { leader } = await conflict((_commit, _upstream, query) => {
      query(sql`DELETE FROM todos`)
      return { action: 'drop' }
    })
    expect(leader.content().todos).toHaveLength(1)
    expect(leader.log.find('needs-a')).toMatchObject({ reason: expect.stringMatching(/only reads/) })
  })
})

describe('a replacement', () => {
  test('P7 M8 stands in the old place, is told to the sessions, logged and pushed', async () => {
    const { leader, session } = await conflict(() => recreate)
    const { clientId } = leader.log.identity
    const [replacement, after] = leader.log.unconfirmed()
    expect(replacement).toMatchObject({ replaces: 'needs-a', sessionId: 'one', clientId, generation: 2 })
    expect(after).toMatchObject({ commitId: 'make-b', generation: 2 })
    expect(leader.unpushed()).toEqual([replacement!.commitId, 'make-b'])
    expect(session.told.at(-1)).toMatchObject({
      accepted: [replacement, ['make-b', 2]],
      settled: [{ commitId: 'needs-a', outcome: 'replaced', replacement: replacement!.commitId }],
    })
    expect(leader.content().todos).toEqual([
      ['a', 'again', 0],
      ['b', 'b', 0],
    ])
  })

  test('P7 lets those behind it apply: nobody is asked about them', async () => {
    const asked: string[] = []
    const { leader } = await conflict(
      ({ commitId }) => {
        asked.push(commitId)
        return recreate
      },
      { ...needs('a'), commitId: 'needs-a-too' },
    )
    expect(asked).toEqual(['needs-a'])
    expect(leader.unpushed()).toEqual([expect.any(String), 'make-b', 'needs-a-too'])
  })

  test('P7 that does not apply either is parked, and is not asked about in the same rebase', async () => {
    let asked = 0
    const { leader, session } = await conflict(() => {
      asked += 1
      return { action: 'replace', events: [events.required({ id: 'nobody' })] }
    })
    expect(asked).toBe(1)
    expect(settledOf(session.told)).toMatchObject([
      { commitId: 'needs-a', outcome: 'replaced' },
      { outcome: 'parked', reason: expect.stringMatching(/no todo nobody/) },
    ])
    expect(leader.unpushed()).toEqual(['make-b'])
  })

  test('P7 can be replaced itself after a later rebase', async () => {
    const answers = [events.required({ id: 'c' }), events.created({ id: 'd', text: 'd' })]
    const onConflict = () => ({ action: 'replace', events: [answers.shift()!] }) as const
    const leader = lead(undefined, schemaWith(onConflict) as unknown as Schema)
    const session = await leader.join('one')
    leader.backend(2, [a, c])
    await session.push(needs('a'), b)
    leader.backend(3, [removed('a')])
    const [first] = leader.log.unconfirmed()
    leader.backend(4, [removed('c')])
    const [second] = leader.log.unconfirmed()
    expect(first).toMatchObject({ replaces: 'needs-a' })
    expect(second).toMatchObject({ replaces: first!.commitId, events: [{ name: 'v1.Created' }] })
    const { joined } = await leader.join('one', { head: [], unconfirmed: ['needs-a'] })
    expect(joined.settled.map(({ commitId }) => commitId)).toEqual(['needs-a', first!.commitId])
  })

  test('P5 P7 stands at the head where the commit was pushed and does not apply', async () => {
    const upstreams: number[] = []
    const leader = lead(
      undefined,
      schemaWith((_commit, upstream) => {
        upstreams.push(upstream.length)
        return recreate
      }) as unknown as Schema,
    )
    const [session, other] = [await leader.join('one'), await leader.join('two')]
    await session.push(needs('a'), b)
    const [replacement] = leader.log.unconfirmed()
    expect(replacement).toMatchObject({ replaces: 'needs-a' })
    expect(leader.unpushed()).toEqual([replacement!.commitId, 'make-b'])
    expect(session.told).toMatchObject([
      { accepted: [], settled: [{ commitId: 'needs-a', outcome: 'replaced' }] },
      { accepted: [{ replaces: 'needs-a' }, ['make-b', 0]] },
    ])
    expect(other.told[1]).toMatchObject({ accepted: [{ replaces: 'needs-a' }, { commitId: 'make-b' }] })
    expect(upstreams).toEqual([0])
    await session.push(needs('a'))
    expect(leader.log.unconfirmed()).toHaveLength(2)
  })

  test('P7 that does not apply at the head parks the old one', async () => {
    const answer = { action: 'replace', events: [events.required({ id: 'nobody' })] } as const
    const leader = lead(undefined, schemaWith(() => answer) as unknown as Schema)
    const session = await leader.join('one')
    await session.push(needs('a'), b)
    expect(leader.log.find('needs-a')).toMatchObject({
      outcome: 'parked',
      reason: expect.stringMatching(/its replacement.*nobody/),
    })
    expect(leader.unpushed()).toEqual(['make-b'])
  })
})

describe('another leader opens the log', () => {
  test('H1 H2 outcomes and the replacement are there, in its place, and the session is told of both', async () => {
    const { leader } = await conflict(() => recreate, c)
    const [replacement] = leader.log.unconfirmed()
    const second = lead(leader.crash())
    expect(second.log.unconfirmed()).toEqual(leader.log.unconfirmed())
    expect(second.content()).toEqual(leader.content())

    const rejoin = () => second.join('one', { head: [], unconfirmed: ['needs-a', 'make-b'] })
    const replaced = { commitId: 'needs-a', outcome: 'replaced', replacement: replacement!.commitId }
    const { joined } = await rejoin()
    expect(joined.settled).toMatchObject([replaced])
    expect(ids(joined.accepted)).toEqual([replacement!.commitId, 'make-b', 'make-c'])
    second.backend(3, [replacement!])
    expect((await rejoin()).joined.confirmedIds).toEqual([replacement!.commitId])
  })

  test('H2 R4 of a replacement that was settled itself, the session is told that too', async () => {
    const { leader } = await conflict(() => recreate)
    const [replacement] = leader.log.unconfirmed()
    leader.backend(2, [], [{ commitId: replacement!.commitId, outcome: 'rejected', reason: 'no' }])
    const second = lead(leader.crash())
    const { joined } = await second.join('one', { head: [], unconfirmed: ['needs-a'] })
    expect(joined.settled).toMatchObject([
      { commitId: 'needs-a', outcome: 'replaced' },
      { commitId: replacement!.commitId, outcome: 'rejected' },
    ])
    expect(ids(second.log.unconfirmed())).toEqual(['make-b'])
  })

  test('H1 several that were settled at once count one generation for those behind them', async () => {
    const { leader } = await conflict(() => ({ action: 'drop' }), { ...needs('a'), commitId: 'needs-a-too' }, c)
    const told = leader.log.unconfirmed().map(({ commitId, generation }) => [commitId, generation])
    expect(told).toEqual([
      ['make-b', 2],
      ['make-c', 2],
    ])
  })
})
