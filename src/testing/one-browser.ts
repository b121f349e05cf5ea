/** What tests of the tabs of one browser share. */
import { afterEach } from 'vitest'
import { lockNames } from '../leader/broker-protocol.ts'
import { events, schema, tables } from '../replica/testing.ts'
import { select } from '../schema/query.ts'
import type { Schema } from '../schema/schema.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { type Browser, createBrowser, type Tab } from './simulator/browser.ts'
import { createNetwork } from './simulator/network.ts'
import type { BrowserOptions } from './simulator/origin.ts'
import { createRandom } from './simulator/random.ts'
import { createScheduler, type Scheduler } from './simulator/scheduler.ts'

const sqlite = await loadSqlite()
let end = () => {}
afterEach(() => end())

/** One browser, with all that is real in it, and no backend. It ends with the test. */
export function browserWith(options: Pick<BrowserOptions, 'hasSharedWorker' | 'schemas'> = {}) {
  const random = createRandom(7)
  const scheduler = createScheduler(random)
  const browser = createBrowser({
    name: 'browser',
    schema: schema as unknown as Schema,
    storeId: 'store',
    scheduler,
    random,
    network: createNetwork(random),
    sqlite,
    onTrace: () => undefined,
    ...options,
  })
  end = () => {
    browser.crash()
    scheduler.end()
  }
  const run = (ms: number) => scheduler.run(scheduler.now() + ms)
  const open = async (build?: string) => {
    const tab = browser.openTab(build)
    await run(1_000)
    if (!tab.store) throw new Error(`${tab.name} did not open within a second`)
    return tab
  }
  return { browser, scheduler, run, open, ...acting(browser, scheduler) }
}

function acting(browser: Browser, scheduler: Scheduler) {
  /** Commits in a tab; says whether it is persisted now. */
  const add = async (tab: Tab, id: string) => {
    const added = { isPersisted: false }
    tab.thread.schedule(0, () => {
      tab.store?.commit(events.created({ id, text: id })).persisted.then(() => {
        added.isPersisted = true
      })
    })
    await scheduler.run(scheduler.now() + 100)
    return added
  }
  const shows = (tab: Tab) => tab.store!.query(select({ id: tables.todos.id }).from(tables.todos)).map(({ id }) => id)
  const problem = (tab: Tab) => tab.store!.status.getState().storage?.problem?.reason
  /** The worker that leads, and its tab. */
  const leader = () => browser.locks.holder(lockNames.leader('store'))
  const leaderTab = () => [...browser.tabs].find(({ name }) => leader()?.name.startsWith(name))
  return { add, shows, problem, leader, leaderTab }
}
