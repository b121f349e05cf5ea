import type { Schema, Store } from '../src/index.ts'
import { lockNames } from '../src/leader/broker-protocol.ts'
import type { Browser, Tab } from '../src/testing/simulator/browser.ts'
import type { Network } from '../src/testing/simulator/network.ts'
import type { Clock } from './clock.ts'

export type Defs = Schema['events']

// biome-ignore lint/suspicious/noExplicitAny: as of `Store`: what the tabs of every app are assignable to
export type AnyDefs = any

/** One tab of a client: the code in it is that of a browser. */
export type TestTab<Events extends Defs = AnyDefs> = {
  readonly name: string
  /** Throws once the tab is gone. */
  readonly store: Store<Events>
  readonly isOpen: boolean
  readonly isFrozen: boolean
  /** Whether its worker leads this client. */
  readonly isLeader: boolean
  /** Ends its process from one moment to the next, with its worker and, if it was the first, with the broker. */
  kill(): void
  /** Leaves the page: it is told, and gone a few milliseconds later. One that is frozen is not told. */
  close(): void
  /** Nothing in it runs, and nothing in its worker, until `thaw`. */
  freeze(): void
  thaw(): void
}

/** One client: a browser profile with its files, its locks, its broker and its tabs. */
export type TestClient<Events extends Defs = AnyDefs> = {
  readonly name: string
  /** In the order in which they were opened; one that is gone keeps its place. */
  readonly tabs: readonly TestTab<Events>[]
  /** The tab whose worker leads; undefined while there is none. */
  readonly leader: TestTab<Events> | undefined
  readonly isOffline: boolean
  /** Switches the connection to the backend off in all tabs, and opens no other one until `online`. */
  offline(): void
  online(): void
  /** Opens another tab, and lets time pass until its store is open. Throws if that takes too long, as where the leader is frozen. */
  openTab(): Promise<TestTab<Events>>
}

export type Client<Events extends Defs> = TestClient<Events> & {
  readonly browser: Browser
  /** Offline or partitioned: what it commits waits. */
  readonly isCut: boolean
  setPartitioned(isPartitioned: boolean): void
  /** The tabs that are open, with a store that nobody shut down. */
  open(): TestTab<Events>[]
}

type Options = {
  readonly browser: Browser
  readonly network: Network
  readonly clock: Clock
  readonly storeId: string
}

/** How long a tab may take to open, milliseconds of simulated time. */
const opensWithin = 30_000

export function createClient<Events extends Defs>({ browser, network, clock, storeId }: Options): Client<Events> {
  const { name } = browser
  const tabs: TestTab<Events>[] = []
  const shut = new Set<TestTab<Events>>()
  let isOffline = false
  let isPartitioned = false

  const applyCut = () => network.setPartitioned(name, isOffline || isPartitioned)

  const switchTo = (online: boolean) => {
    for (const { store } of client.open()) store.setOnline(online)
  }

  const isLeader = ({ thread }: Tab) =>
    browser.locks.holder(lockNames.leader(storeId))?.name.startsWith(`${thread.name}/`) ?? false

  const client: Client<Events> = {
    name,
    browser,
    tabs,
    get leader() {
      return tabs.find((tab) => tab.isLeader)
    },
    get isOffline() {
      return isOffline
    },
    get isCut() {
      return isOffline || isPartitioned
    },
    offline() {
      isOffline = true
      applyCut()
      switchTo(false)
    },
    online() {
      isOffline = false
      applyCut()
      switchTo(true)
    },
    setPartitioned(wanted) {
      isPartitioned = wanted
      applyCut()
    },
    open: () => tabs.filter((tab) => tab.isOpen && !shut.has(tab)),
    async openTab() {
      const tab = browser.openTab()
      const isOver = () => tab.store !== undefined || tab.failure !== undefined || !tab.thread.isAlive
      await clock.until(isOver, opensWithin)
      if (!tab.store) {
        const why = whyNot(tab)
        browser.crashTab(tab)
        throw new Error(`${tab.name} did not open: ${why}`, { cause: tab.failure })
      }
      if (isOffline) tab.store.setOnline(false)
      const store = noticeShutdown(tab.store, () => shut.add(opened))
      const opened = testTab<Events>({ browser, tab, store, isLeader: () => isLeader(tab) })
      tabs.push(opened)
      return opened
    },
  }
  return client
}

function whyNot({ failure, thread }: Tab): string {
  if (failure !== undefined) return String(failure)
  return thread.isAlive ? `its store was not there within ${opensWithin} ms` : 'it was killed'
}

/** The same store. An app may shut it down itself, and nothing more is expected of it then. */
function noticeShutdown(store: Store, notice: () => void): Store {
  return {
    ...store,
    shutdown(options) {
      notice()
      return store.shutdown(options)
    },
  }
}

type TabOptions = {
  readonly browser: Browser
  readonly tab: Tab
  readonly store: Store
  readonly isLeader: () => boolean
}

function testTab<Events extends Defs>({ browser, tab, store, isLeader }: TabOptions): TestTab<Events> {
  const { name, thread } = tab
  return {
    name,
    get store() {
      if (!thread.isAlive) throw new Error(`${name} is gone, and its store with it`)
      return store as Store<Events>
    },
    get isOpen() {
      return thread.isAlive
    },
    get isFrozen() {
      return thread.isFrozen
    },
    get isLeader() {
      return thread.isAlive && isLeader()
    },
    kill: () => browser.crashTab(tab),
    close: () => (thread.isFrozen ? browser.crashTab(tab) : browser.closeTab(tab)),
    freeze: () => thread.freeze(),
    thaw: () => thread.thaw(),
  }
}
