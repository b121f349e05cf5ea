import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type EventLog, NewerLog } from '../replica/event-log.ts'
import { commitOf, declared, events, schema as newer } from '../replica/testing.ts'
import { newerBuildHas } from '../replica/unknown-event.ts'
import { makeSchema, type UnknownEventHandling } from '../schema/schema.ts'
import { lead } from '../testing/lead.ts'
import { problemOf } from './storage-problem.ts'

/** The app before it had `v1.Renamed`. */
function older(unknownEventHandling: UnknownEventHandling) {
  const { renamed: _, ...known } = events
  const { 'v1.Renamed': __, ...materializers } = declared.materializers
  return makeSchema({ ...declared, version: 'older', events: known, materializers, unknownEventHandling })
}

const made = (id: string) => commitOf(`make-${id}`, events.created({ id, text: id }))
const both = commitOf('both', events.created({ id: 'b', text: 'b' }), events.renamed({ id: 'a', text: 'renamed' }))
const root = { global: 0, client: 0, rebaseGeneration: 0 }
const idsIn = (log: EventLog) => log.confirmedAfter(root, 10).map(({ commit }) => commit.commitId)
const connectionOf = async ({ join }: ReturnType<typeof lead>) => (await join('asks')).joined.status.connection

describe.each<UnknownEventHandling>([
  'warn',
  'ignore',
  { strategy: 'callback', onUnknownEvent: () => undefined },
  {
    strategy: 'callback',
    onUnknownEvent: () => {
      throw new Error('the callback failed')
    },
  },
])('an event of a newer build, with %j', (handling) => {
  test('is passed over, kept, and applied after an upgrade that knows it', () => {
    for (const level of ['warn', 'error'] as const) {
      const said = vi.spyOn(console, level).mockImplementation(() => undefined)
      onTestFinished(() => said.mockRestore())
    }
    const before = lead(undefined, older(handling))
    before.backend(1, [made('a')])
    before.backend(3, [both])
    before.backend(4, [made('c')])
    expect(before.content().todos).toEqual([
      ['a', 'a', 0],
      ['b', 'b', 0],
      ['c', 'c', 0],
    ])
    const after = lead(before.crash(), newer)
    expect(after.content().todos).toEqual([
      ['a', 'renamed', 1],
      ['b', 'b', 0],
      ['c', 'c', 0],
    ])
  })
})

test('a name is warned of once, and a callback hears of each event', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  onTestFinished(() => warn.mockRestore())
  const renamed = (text: string) => commitOf(`to-${text}`, events.renamed({ id: 'a', text }))
  const warned = lead(undefined, older('warn'))
  warned.backend(2, [renamed('x'), renamed('y')])
  expect(warn.mock.calls).toEqual([[expect.stringContaining('does not know the event "v1.Renamed"')]])
  const heard: unknown[] = []
  const called = lead(
    undefined,
    older({ strategy: 'callback', onUnknownEvent: ({ name, args }) => heard.push([name, args]) }),
  )
  called.backend(2, [renamed('x'), renamed('y')])
  expect(heard).toEqual([
    ['v1.Renamed', { id: 'a', text: 'x' }],
    ['v1.Renamed', { id: 'a', text: 'y' }],
  ])
})

describe("an event of a newer build, with 'fail'", () => {
  const stopped = {
    name: 'stopped',
    code: 'unknown_event',
    event: 'v1.Renamed',
    reason: 'this build does not know the event "v1.Renamed"; a newer build of the app goes on',
  }

  test('stops the client before its commit, with what came before it, and says so', async () => {
    const before = lead(undefined, older('fail'))
    before.backend(4, [made('a'), both, made('c')])
    expect(idsIn(before.log)).toEqual(['make-a'])
    expect(before.log.cursor).toEqual({ seq: 1, commitId: 'make-a' })
    expect(before.content().todos).toEqual([['a', 'a', 0]])
    expect(await connectionOf(before)).toEqual(stopped)
  })

  test('loses nothing: what is committed here is kept, and is on top after an upgrade, which goes on by itself', async () => {
    const before = lead(undefined, older('fail'))
    const { push } = await before.join('one')
    await push(made('mine'))
    before.backend(2, [both])
    await push(made('later'))
    expect(before.unpushed()).toEqual(['make-mine', 'make-later'])
    expect(before.log.parked()).toEqual([])
    const after = lead(before.crash(), newer)
    after.backend(1, [made('a')])
    after.backend(3, [both])
    expect(after.content().todos!.map(([id, text]) => `${id} ${text}`)).toEqual([
      'a renamed',
      'b b',
      'later later',
      'mine mine',
    ])
    expect(after.unpushed()).toEqual(['make-mine', 'make-later'])
    expect(await connectionOf(after)).toEqual({ name: 'offline' })
  })

  test('in the log of a newer build, confirmed or not: this one leaves it alone, and says which event', async () => {
    const confirmed = lead(undefined, newer)
    confirmed.backend(2, [both])
    const unconfirmed = lead(undefined, newer)
    await (await unconfirmed.join('one')).push(both)
    for (const { crash } of [confirmed, unconfirmed]) {
      const left = crash()
      const bytes = left.serialize()
      vi.spyOn(left, 'close').mockImplementation(() => undefined) // so that it can be looked at afterwards
      expect(() => lead(left, older('fail'))).toThrow(new NewerLog(newerBuildHas('v1.Renamed')))
      expect(left.serialize()).toEqual(bytes)
    }
    expect(problemOf(new NewerLog(''))).toMatchObject({ reason: 'newer' })
  })
})
