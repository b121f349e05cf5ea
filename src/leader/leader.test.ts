import { describe, expect, test } from 'vitest'
import { commitOf, events } from '../replica/testing.ts'
import { ids } from '../sync/testing.ts'
import { lead } from '../testing/lead.ts'

const made = (id: string) => commitOf(`make-${id}`, events.created({ id, text: id }))
const needs = (id: string) => commitOf(`needs-${id}`, events.required({ id }))
const removed = (id: string) => commitOf(`remove-${id}`, events.removed({ id }))
const typed = (id: string) => commitOf(`type-${id}`, events.typed({ text: id }))
const [a, b, c] = [made('a'), made('b'), made('c')]

const retryOf = (id: string, by: string) => ({ ...needs(id), commitId: by, replaces: `needs-${id}` })

describe('retries of parked commits', () => {
  test('P8 the first counts, whichever session it comes from, and any other is dropped', async () => {
    const { join, log, unpushed } = lead()
    const [one, two] = [await join('one'), await join('two')]
    await one.push(needs('a'))
    expect(log.parked()).toMatchObject([{ commit: { commitId: 'needs-a' } }])
    await two.push(a, retryOf('a', 'retry-1'))
    await one.push(retryOf('a', 'retry-2'))
    expect(unpushed()).toEqual(['make-a', 'retry-1'])
    expect(log.parked()).toEqual([])
    expect(log.find('needs-a')).toMatchObject({ outcome: 'replaced', replacement: 'retry-1' })
    expect(one.told.at(-2)).toMatchObject({ settled: [{ commitId: 'retry-2', outcome: 'dropped' }] })
  })

  test('P8 one that does not apply is parked in the place of the one that it retries', async () => {
    const { join, log } = lead()
    const one = await join('one')
    await one.push(needs('a'))
    await one.push(retryOf('a', 'retry-1'))
    expect(log.parked()).toMatchObject([{ commit: { commitId: 'retry-1' }, outcome: 'parked' }])
  })

  test('P8 H1 what was retried or discarded is so for the next leader', async () => {
    const first = lead()
    const one = await first.join('one')
    await one.push(needs('a'), needs('b'), needs('c'))
    await one.push(a, retryOf('a', 'retry-1'))
    await first.connect().discard(['needs-b'])
    const { join, log, unpushed } = lead(first.crash())
    expect(log.parked()).toMatchObject([{ commit: { commitId: 'needs-c' } }])
    const again = await join('one', { head: [], unconfirmed: ['make-a', 'retry-1'] })
    await again.push(a, retryOf('a', 'retry-1'))
    expect(unpushed()).toEqual(['make-a', 'retry-1'])
  })
})

describe('pushes of sessions', () => {
  test('L1 every push is taken, ordered at the head and told to all, whatever its session has seen', async () => {
    const { join, unpushed, log } = lead()
    const { clientId } = log.identity
    const [one, two] = [await join('one'), await join('two')]
    await one.push(a)
    await two.push(b)
    expect(unpushed()).toEqual(['make-a', 'make-b'])
    expect(one.told.map(({ accepted }) => accepted)).toEqual([[['make-a', 0]], [{ ...b, clientId, sessionId: 'two' }]])
    expect(two.told.map(({ accepted }) => accepted)).toEqual([[{ ...a, clientId, sessionId: 'one' }], [['make-b', 0]]])
  })

  test('L2 a commit that comes again is not taken again', async () => {
    const { join, backend, unpushed, log } = lead()
    const session = await join('one')
    await session.push(a, b, c)
    backend(1, [a])
    backend(1, [], [{ commitId: 'make-b', outcome: 'rejected', reason: 'no' }])
    await session.push(a, b, c)
    expect(unpushed()).toEqual(['make-c'])
    expect(log.find('make-b')).toMatchObject({ outcome: 'rejected' })
  })

  test('L3 what is told as accepted is in the event log', async () => {
    const { join } = lead()
    const session = await join('one')
    await session.push(a)
    await session.push(b, typed('x'))
    expect(session.logged).toEqual([['accepted'], ['accepted', 'accepted']])
  })

  test('P1 a commit that does not apply at the head is parked, those with it are taken', async () => {
    const { join, unpushed, content } = lead()
    const session = await join('one')
    await session.push(a, needs('nobody'), b)
    expect(unpushed()).toEqual(['make-a', 'make-b'])
    expect(session.told[0]).toMatchObject({ settled: [{ commitId: 'needs-nobody', outcome: 'parked' }] })
    expect(content().todos).toHaveLength(2)
  })

  test('P1 a commit that does not apply after a rebase is parked for all sessions, and one that needed it as well', async () => {
    const { join, backend, unpushed } = lead()
    const [one, two] = [await join('one'), await join('two')]
    backend(1, [a])
    await one.push(needs('a'), b)
    backend(2, [removed('a')])
    expect(unpushed()).toEqual(['make-b'])
    const parked = [{ commitId: 'needs-a', outcome: 'parked' }]
    expect(one.told.at(-1)).toMatchObject({ type: 'rebased', accepted: [['make-b', 2]], settled: parked })
    expect(two.told.at(-1)).toEqual(one.told.at(-1))
  })
})

describe('another leader opens the log', () => {
  test('H1 it goes on with the unconfirmed commits', async () => {
    const first = lead()
    await (await first.join('one')).push(a, b)
    first.backend(1, [commitOf('theirs', events.created({ id: 't', text: 't' }))])
    const second = lead(first.crash())
    expect(second.unpushed()).toEqual(['make-a', 'make-b'])
    expect(second.log.unconfirmed().map(({ generation }) => generation)).toEqual([1, 1])
    expect(second.content()).toEqual(first.content())
  })

  test('H2 a session gets what it missed, what is held, and what became of its own', async () => {
    const first = lead()
    await (await first.join('one')).push(a, b, c, typed('x'))
    first.backend(1, [a])
    first.backend(1, [], [{ commitId: 'make-b', outcome: 'rejected', reason: 'no' }])
    const second = lead(first.crash())
    const unconfirmed = ['make-a', 'make-b', 'make-c', 'make-never-came']
    const { joined } = await second.join('one', { head: [], unconfirmed })
    expect(joined).toMatchObject({ head: { global: 1 }, confirmedIds: ['make-a'], settled: [{ commitId: 'make-b' }] })
    expect(joined.bytes).toBeUndefined()
    expect(ids(joined.confirmed)).toEqual(['make-a'])
    expect(ids(joined.accepted)).toEqual(['make-c', 'type-x'])
    const fresh = await second.join('two')
    expect(fresh.joined.bytes).toBeInstanceOf(Uint8Array)
    expect(ids(fresh.joined.accepted)).toEqual(['make-c', 'type-x'])
  })

  test('H3 a push that the last one did not write is not there', async () => {
    const first = lead()
    const session = await first.join('one')
    await session.push(a)
    const left = first.crash()
    await session.push(b)
    expect(lead(left).unpushed()).toEqual(['make-a'])
  })
})

describe('the backend', () => {
  test('B4 commits whose answer was lost are found among the events, with their client-only events', async () => {
    const { join, backend, unpushed, log } = lead()
    const mixed = commitOf('mixed', events.created({ id: 'm', text: 'm' }), events.drafted({ id: 'd', text: 'x' }))
    const session = await join('one')
    await session.push(a, mixed, b)
    backend(3, [commitOf('theirs', events.removed({ id: 'none' })), a, { ...mixed, events: mixed.events.slice(0, 1) }])
    expect(unpushed()).toEqual(['make-b'])
    const stored = log.confirmedAfter({ global: 0, client: 0, rebaseGeneration: 0 }, 10).map(({ commit }) => commit)
    expect(ids(stored)).toEqual(['theirs', 'make-a', 'mixed'])
    expect(stored[2]!.events).toHaveLength(2)
  })
})
