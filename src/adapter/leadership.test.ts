import { expect, test } from 'vitest'
import { browserWith } from '../testing/one-browser.ts'

for (const hasSharedWorker of [true, false]) {
  const where = hasSharedWorker ? 'with a broker' : 'without a SharedWorker'

  test(`H9 ${where} tabs share one log, and whoever leads, they go on`, async () => {
    const { open, add, shows, browser, run } = browserWith({ hasSharedWorker })
    const [first, second] = [await open(), await open()]
    expect(await add(first, 'a')).toEqual({ isPersisted: true })
    expect(await add(second, 'b')).toEqual({ isPersisted: true })
    browser.closeTab(first)
    await run(500)
    expect(await add(second, 'c')).toEqual({ isPersisted: true })
    const third = await open()
    browser.crashTab(second)
    await run(500)
    expect(await add(third, 'd')).toEqual({ isPersisted: true })
    expect(shows(third)).toEqual(['a', 'b', 'c', 'd'])
  })

  test(`H7 H10 ${where} a leader that hangs is replaced, and what was committed meanwhile is persisted`, async () => {
    const { open, add, shows, problem, run, leader } = browserWith({ hasSharedWorker })
    const [first, second] = [await open(), await open()]
    await add(first, 'a')
    leader()!.freeze()
    const added = [await add(first, 'b'), await add(second, 'c')]
    await run(5_000)
    expect(shows(second)).toContain('c')
    await run(3_000)
    expect(added).toEqual([{ isPersisted: true }, { isPersisted: true }])
    expect(shows(first).toSorted()).toEqual(['a', 'b', 'c'])
    expect(shows(second).toSorted()).toEqual(['a', 'b', 'c'])
    expect([problem(first), problem(second)]).toEqual([undefined, undefined])
  })

  test(`H10 ${where} a frozen tab that leads blocks the storage of the others, until it goes on`, async () => {
    const { open, add, shows, problem, run, leaderTab } = browserWith({ hasSharedWorker })
    const [first, second] = [await open(), await open()]
    const frozen = leaderTab()!
    const other = frozen === first ? second : first
    await add(other, 'a')
    frozen.thread.freeze()
    const added = await add(other, 'b')
    await run(20_000)
    expect(added).toEqual({ isPersisted: false })
    expect(shows(other)).toEqual(['a', 'b'])
    expect(problem(other)).toBe('blocked')
    frozen.thread.thaw()
    await run(1_000)
    expect(added).toEqual({ isPersisted: true })
    expect(problem(other)).toBeUndefined()
    expect(shows(frozen)).toEqual(['a', 'b'])
  })

  test(`H10 ${where} while a frozen tab leads, a tab opens with the state of another one, and persists later`, async () => {
    const { open, add, shows, problem, run, leaderTab, browser } = browserWith({ hasSharedWorker })
    const [first, second] = [await open(), await open()]
    const frozen = leaderTab()!
    const other = frozen === first ? second : first
    await add(other, 'a')
    frozen.thread.freeze()
    const late = browser.openTab()
    await run(7_000)
    expect([shows(late), problem(late)]).toEqual([['a'], 'blocked'])
    const added = [await add(late, 'b'), await add(other, 'c')]
    await run(10_000)
    expect([shows(late), added]).toEqual([
      ['a', 'b'],
      [{ isPersisted: false }, { isPersisted: false }],
    ])
    frozen.thread.thaw()
    await run(2_000)
    expect(added).toEqual([{ isPersisted: true }, { isPersisted: true }])
    for (const tab of [first, second, late]) {
      expect(shows(tab).toSorted()).toEqual(['a', 'b', 'c'])
      expect(problem(tab)).toBeUndefined()
    }
    expect(await add(late, 'd')).toEqual({ isPersisted: true })
  })

  for (const end of ['thaws', 'dies'] as const) {
    test(`H10 ${where} while a frozen tab leads, a tab that is alone with it says so, and opens once that ${end}`, async () => {
      const { open, add, shows, run, browser } = browserWith({ hasSharedWorker })
      const frozen = await open()
      await add(frozen, 'a')
      frozen.thread.freeze()
      const late = browser.openTab()
      await run(12_000)
      expect([late.store, late.boot?.phase]).toEqual([undefined, 'blocked'])
      if (end === 'thaws') frozen.thread.thaw()
      else browser.crashTab(frozen)
      await run(2_000)
      expect([shows(late), late.boot?.phase]).toEqual([['a'], 'open'])
      expect(await add(late, 'b')).toEqual({ isPersisted: true })
    })
  }

  test(`H10 ${where} a frozen tab that leads and is closed then is followed by another leader`, async () => {
    const { open, add, problem, browser, run, leaderTab } = browserWith({ hasSharedWorker })
    const [first, second] = [await open(), await open()]
    const frozen = leaderTab()!
    const other = frozen === first ? second : first
    frozen.thread.freeze()
    const added = await add(other, 'b')
    await run(20_000)
    browser.crashTab(frozen)
    await run(1_000)
    expect(added).toEqual({ isPersisted: true })
    expect(problem(other)).toBeUndefined()
  })

  test(`H11 ${where} a page that is put aside lets another lead, and joins when it is back`, async () => {
    const { open, add, shows, browser, run, leaderTab } = browserWith({ hasSharedWorker })
    const [first, second] = [await open(), await open()]
    const aside = leaderTab()!
    const other = aside === first ? second : first
    await add(aside, 'a')
    const comeBack = browser.putAside(aside)
    await run(500)
    expect(leaderTab()).toBe(other)
    expect(await add(other, 'b')).toEqual({ isPersisted: true })
    comeBack()
    await run(500)
    expect(shows(aside)).toEqual(['a', 'b'])
    expect(await add(aside, 'c')).toEqual({ isPersisted: true })
    expect(shows(other)).toEqual(['a', 'b', 'c'])
  })
}

test('H9 tabs of two builds, with a broker each, share one log, whichever leads', async () => {
  const { open, add, shows, browser, run, leaderTab } = browserWith()
  const tabs = [await open('old'), await open('new'), await open('old'), await open('new')]
  const left = () => tabs.filter(({ thread }) => thread.isAlive)
  for (const end of [browser.closeTab, browser.crashTab, browser.crashTab]) {
    const added = await Promise.all(left().map((tab) => add(tab, `${left().length} by ${tab.name}`)))
    expect(new Set(added.map(({ isPersisted }) => isPersisted))).toEqual(new Set([true]))
    for (const tab of left()) expect(shows(tab).toSorted()).toEqual(shows(left()[0]!).toSorted())
    end(leaderTab()!)
    await run(500)
  }
  expect(await add(left()[0]!, 'last')).toEqual({ isPersisted: true })
  expect(shows(left()[0]!)).toHaveLength(4 + 3 + 2 + 1)
})

test('H9 a broker does not lead new tabs to a leader that is gone', async () => {
  const { open, add, shows, browser, run, leaderTab } = browserWith()
  await open('old')
  const other = await open('new')
  const stays = await open('old')
  browser.crashTab(leaderTab()!)
  await run(500)
  const rest = [other, stays].filter((tab) => tab !== leaderTab())
  const late = await open('old')
  for (const tab of [...rest, late]) expect(await add(tab, tab.name)).toEqual({ isPersisted: true })
  expect(shows(late)).toHaveLength(rest.length + 1)
})

test('H9 a broker that hangs is gone around', async () => {
  const { open, add, shows, browser } = browserWith()
  const first = await open()
  await add(first, 'a')
  browser.freezeBroker()
  const second = await open()
  expect(shows(second)).toEqual(['a'])
  expect(await add(second, 'b')).toEqual({ isPersisted: true })
  expect(shows(first)).toEqual(['a', 'b'])
})

test('H3 what a session asked a leader that lets go at that moment it asks the next one', async () => {
  const { open, add, browser, run, leader } = browserWith()
  const first = await open()
  leader()!.freeze()
  const second = browser.openTab() // and asks to join
  await run(2_000)
  const comeBack = browser.putAside(first) // the worker is told to let go, and hears both when it is back
  await run(200)
  comeBack()
  await run(2_000)
  expect(second.failure).toBeUndefined()
  expect(await add(second, 'a')).toEqual({ isPersisted: true })
})

test('H8 a worker that dies alone is replaced by its tab', async () => {
  const { open, add, shows, browser, run } = browserWith()
  const only = await open()
  await add(only, 'a')
  browser.killLeader()
  await run(500)
  expect(await add(only, 'b')).toEqual({ isPersisted: true })
  expect(shows(only)).toEqual(['a', 'b'])
})
