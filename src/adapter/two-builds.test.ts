import { sql } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { OutdatedBuild, StoreReset } from '../replica/errors.ts'
import { declared, events } from '../replica/testing.ts'
import { Events } from '../schema/events.ts'
import { makeSchema, type Schema } from '../schema/schema.ts'
import { browserWith } from '../testing/one-browser.ts'
import type { Tab } from '../testing/simulator/browser.ts'
import { createRandom } from '../testing/simulator/random.ts'

const todos = sqliteTable('todos', {
  id: text().primaryKey(),
  text: text().notNull(),
  version: integer().notNull().default(0),
  stars: integer().notNull().default(0),
})
const starred = Events.synced({ name: 'v2.Starred', schema: z.object({ id: z.string() }) })

const old = (builtAt: number | undefined) => makeSchema({ ...declared, builtAt }) as unknown as Schema

/** The next version of the app: other tables, and an event more. */
const next = (builtAt: number | undefined) =>
  makeSchema({
    ...declared,
    version: '2',
    builtAt,
    tables: { ...declared.tables, todos },
    events: { ...events, starred },
    materializers: {
      ...declared.materializers,
      'v2.Starred': ({ id }) => sql`UPDATE todos SET stars = stars + 1 WHERE id = ${id}`,
    },
  }) as unknown as Schema

const ordered = { old: old(1), next: next(2) }

function buildsWith(schemas: { readonly [build: string]: Schema } = ordered) {
  const world = browserWith({ schemas })
  const { browser, run, leaderTab } = world
  const builds = new Map<Tab, string>()
  const start = (build: string) => {
    const tab = browser.openTab(build)
    builds.set(tab, build)
    return tab
  }
  const open = async (build: string) => {
    const tab = start(build)
    await run(3_000)
    if (!tab.store) throw new Error(`${tab.name} did not open: ${tab.failure}`)
    return tab
  }
  const leads = () => builds.get(leaderTab()!)
  const commit = (tab: Tab, ...made: Parameters<NonNullable<Tab['store']>['commit']>) =>
    tab.thread.schedule(0, () => {
      tab.store!.commit(...made).persisted.catch(() => undefined)
    })
  /** Why the store of a tab ended, if it did. */
  const end = async (tab: Tab) => {
    let why: unknown
    void tab.store!.closed.then((error) => {
      why = error
    })
    await run(0)
    return why
  }
  return { ...world, start, open, leads, commit, end }
}

describe('a newer build boots', () => {
  test('V3 V1 the older leader gives way, and its tabs go on with the newer one', async () => {
    const { open, add, shows, leads, browser } = buildsWith()
    const [first, second] = [await open('old'), await open('old')]
    await add(first, 'a')
    const newer = await open('next')
    expect(leads()).toBe('next')
    for (const tab of [first, second, newer]) expect(await add(tab, tab.name)).toEqual({ isPersisted: true })
    for (const tab of [first, second, newer]) expect(shows(tab)).toHaveLength(4)
    browser.crashTab(first)
    expect(await add(second, 'last')).toEqual({ isPersisted: true })
    expect(shows(newer)).toHaveLength(5)
    expect(leads()).toBe('next')
  })

  test('V3 what was pushed to the older leader at that moment is persisted, once', async () => {
    const { open, start, commit, run, shows } = buildsWith()
    const older = await open('old')
    const newer = start('next')
    for (let n = 0; n < 400; n++) {
      commit(older, events.created({ id: `${n}`, text: '' }), events.renamed({ id: `${n}`, text: 'once' }))
      await run(1)
    }
    await run(3_000)
    const rows = newer.store!.query(sql<{ version: number }>`SELECT version FROM todos`)
    expect(rows).toEqual(Array.from({ length: 400 }, () => ({ version: 1 })))
    expect(shows(older)).toHaveLength(400)
    expect(older.store!.status.getState().session.pending).toBe(0)
  })

  test('V3 its worker dies before it leads: the older one leads again, and nobody waits for ever', async () => {
    const { open, start, add, leads, run, browser } = buildsWith()
    const older = await open('old')
    const newer = start('next')
    await run(60)
    browser.crashTab(newer)
    await run(2_000)
    expect(leads()).toBe('old')
    expect(await add(older, 'a')).toEqual({ isPersisted: true })
  })

  test('V1 older tabs pass over what they do not know, and newer ones have it', async () => {
    const { open, add, commit, run, shows } = buildsWith()
    const older = await open('old')
    await add(older, 'a')
    const newer = await open('next')
    commit(newer, starred({ id: 'a' }))
    await run(500)
    expect(await add(older, 'b')).toEqual({ isPersisted: true })
    expect(newer.store!.query(sql`SELECT id, stars FROM todos`)).toEqual([
      { id: 'a', stars: 1 },
      { id: 'b', stars: 0 },
    ])
    expect(shows(older)).toEqual(['a', 'b'])
  })
})

describe('an older build boots', () => {
  test('V2 it is told to reload, and the others go on', async () => {
    const { start, open, add, leads, run } = buildsWith()
    const newer = await open('next')
    const older = start('old')
    await run(1_000)
    expect(older.failure).toBeInstanceOf(OutdatedBuild)
    expect(leads()).toBe('next')
    expect(await add(newer, 'a')).toEqual({ isPersisted: true })
  })

  test('V2 V1 where the newest are gone, tabs of the older build lead, and running tabs of the newer go on with them', async () => {
    const { open, add, shows, leads, browser, run } = buildsWith()
    const older = await open('old')
    const [first, second] = [await open('next'), await open('next')]
    await add(second, 'a')
    // The older tab's worker has waited longer for the lock than the second of the newer.
    browser.crashTab(first)
    await run(1_000)
    for (const tab of [older, second]) expect(await add(tab, tab.name)).toEqual({ isPersisted: true })
    for (const tab of [older, second]) expect(shows(tab)).toHaveLength(3)
    if (leads() === 'old') {
      const third = await open('next')
      expect(leads()).toBe('next')
      expect(shows(third)).toHaveLength(3)
    }
  })
})

describe('nobody can tell which build is newer', () => {
  test('V4 the one that boots leads, whichever it is', async () => {
    const { open, add, shows, leads } = buildsWith({ old: old(undefined), next: next(undefined) })
    const tabs = [await open('old'), await open('next')]
    expect(leads()).toBe('next')
    tabs.push(await open('old'))
    expect(leads()).toBe('old')
    for (const tab of tabs) expect(await add(tab, tab.name)).toEqual({ isPersisted: true })
    for (const tab of tabs) expect(shows(tab)).toHaveLength(3)
  })

  test('V4 tabs of both that boot at once do not take turns for ever', async () => {
    const { start, leads, run, add } = buildsWith({ old: old(5), next: next(5) })
    const tabs = ['old', 'next', 'old', 'next', 'next', 'old'].map(start)
    await run(60_000)
    const leading = leads()
    await run(60_000)
    expect(leads()).toBe(leading)
    for (const { store, failure } of tabs) if (!store) expect(failure).toBeInstanceOf(OutdatedBuild)
    for (const tab of tabs) if (tab.store) expect(await add(tab, tab.name)).toEqual({ isPersisted: true })
  })
})

describe('a running tab of another build', () => {
  test('V1 that was away while much was committed goes on, with its own work in place', async () => {
    const { open, add, commit, run, shows, browser } = buildsWith()
    const older = await open('old')
    const newer = await open('next')
    await add(older, 'before')
    const comeBack = browser.putAside(older)
    await run(100)
    for (let n = 0; n < 30; n++) {
      commit(newer, ...Array.from({ length: 100 }, (_, at) => events.created({ id: `${n}-${at}`, text: '' })))
      await run(20)
    }
    commit(newer, ...Array.from({ length: 1_500 }, (_, at) => events.created({ id: `large-${at}`, text: '' })))
    await run(1_000)
    comeBack()
    await run(3_000)
    expect(shows(older)).toHaveLength(1 + 3_000 + 1_500)
    expect(await add(older, 'after')).toEqual({ isPersisted: true })
    expect(shows(newer)).toHaveLength(1 + 3_000 + 1_500 + 1)
  })

  test('V5 ends where the log is another one, and what its leader had not got is parked', async () => {
    const { open, add, commit, run, end, browser } = buildsWith()
    const older = await open('old')
    const newer = await open('next')
    await add(older, 'a')
    const comeBack = browser.putAside(older)
    await run(1)
    commit(older, events.created({ id: 'late', text: '' }))
    await run(100)
    newer.thread.schedule(0, () => void newer.store!.reset())
    await run(500)
    comeBack()
    await run(1_000)
    expect(await end(older)).toBeInstanceOf(OutdatedBuild)
    expect(await end(newer)).toBeUndefined()
    const parked: unknown[] = []
    newer.thread.schedule(0, async () => {
      parked.push(...(await newer.store!.parked.list()))
    })
    await run(100)
    expect(parked).toMatchObject([{ events: [{ args: { id: 'a' } }] }, { events: [{ args: { id: 'late' } }] }])
  })

  test('V5 the receipts of what it committed say that the log is another one', async () => {
    const { open, run, end } = buildsWith()
    const older = await open('old')
    const newer = await open('next')
    let why: unknown
    older.thread.schedule(0, () => {
      older.store!.commit(events.created({ id: 'a', text: '' })).confirmed.catch((error) => {
        why = error
      })
    })
    await run(100)
    newer.thread.schedule(0, () => void newer.store!.reset())
    await run(1_000)
    expect(why).toBeInstanceOf(StoreReset)
    expect(await end(older)).toBeInstanceOf(OutdatedBuild)
  })
})

describe('whatever becomes of the tabs of two builds', () => {
  const seeds = Number(process.env.TWO_BUILDS_SEEDS ?? 4) // more of them in `npm run nightly`
  for (let seed = 1; seed <= seeds; seed++) {
    test(`V1 V3 V4 what was persisted is there, once, and those that are left agree (seed ${seed})`, async () => {
      const random = createRandom(seed)
      const known = seed % 2 === 0
      const { start, run, browser, shows } = buildsWith(
        known ? ordered : { old: old(undefined), next: next(undefined) },
      )
      const persisted: string[] = []
      let count = 0
      const open = () => [...browser.tabs].filter(({ store }) => store)
      const commit = (tab: Tab) => {
        const id = `${count++}`
        tab.thread.schedule(0, () => {
          const made = tab.store!.commit(events.created({ id, text: '' }), events.renamed({ id, text: 'once' }))
          made.persisted.then(
            () => persisted.push(id),
            () => undefined,
          )
        })
      }
      const acts: (() => void)[] = [
        () => void (browser.tabs.size < 6 && start('old')),
        () => void (browser.tabs.size < 6 && start('next')),
        () => browser.tabs.size > 2 && browser.crashTab(random.pick([...browser.tabs])),
        () => browser.tabs.size > 2 && browser.closeTab(random.pick([...browser.tabs])),
        () => browser.killLeader(),
        () => browser.killBroker(),
        () => browser.hangLeader(),
      ]
      start('old')
      for (let step = 0; step < 60; step++) {
        random.pick(acts)()
        for (let burst = 0; burst < 5; burst++) {
          await run(random.number() * 150)
          for (const tab of open()) if (random.chance(0.5)) commit(tab)
        }
      }
      await run(30_000)
      const last = start('next')
      await run(30_000)
      expect(last.failure).toBeUndefined()
      const all = shows(last).toSorted()
      expect(persisted.length).toBeGreaterThan(20)
      expect(persisted.filter((id) => !all.includes(id))).toEqual([])
      for (const tab of open()) {
        expect(shows(tab).toSorted()).toEqual(all)
        expect(tab.store!.status.getState().session.pending).toBe(0)
      }
      const versions = last.store!.query(sql<{ version: number }>`SELECT DISTINCT version FROM todos`)
      expect(versions).toEqual([{ version: 1 }])
      // No tab waits for ever: it is open, or was told why not.
      for (const { store, failure } of browser.tabs) if (!store) expect(failure).toBeInstanceOf(OutdatedBuild)
    })
  }
})
