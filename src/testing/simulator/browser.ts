import { createBroker } from '../../leader/broker.ts'
import { logFile, type stateFile } from '../../leader/storage-port.ts'
import { OutdatedBuild } from '../../replica/errors.ts'
import { fakeOpfs } from '../opfs.ts'
import { createBroadcast } from './broadcast.ts'
import { damage } from './damage.ts'
import { createLockManager } from './locks.ts'
import type { BrowserOptions, Origin } from './origin.ts'
import { channel as openChannel, type SimPort } from './ports.ts'
import { createRandom } from './random.ts'
import type { Thread } from './scheduler.ts'
import { openTab, type Tab } from './tab.ts'
import { createWorkers } from './worker.ts'

export type { Tab } from './tab.ts'

/** What the build of an app is called that has no other. */
const theOnly = 'a build'

/** A tab that has listened to its page for its broker goes on to, as long as the page is there: to its going and its return. */
const listenersForLife = 2

/** One client: a browser profile with its files, its locks, its broker and its tabs. The code in them is the real one. */
export function createBrowser(options: BrowserOptions) {
  const { name, scheduler, random } = options
  const opfs = fakeOpfs()
  const locks = createLockManager()
  const broadcast = createBroadcast(random.named('broadcast'))
  const tabs = new Set<Tab>()
  const failures: string[] = []
  const builds = Object.keys(options.schemas ?? {})
  let deployed = 0
  /** The builds that there have been pages of. */
  const opened = new Set<string>()
  const channels = new Set<readonly [SimPort, SimPort]>()
  /** By the build of the app: another one has another address, and so another SharedWorker. */
  const brokers = new Map<string, { readonly thread: Thread; readonly connect: (port: SimPort) => void }>()
  let serial = 0
  const logDamages: number[] = []
  let channelSerial = 0

  // What is said on one channel changes nothing for the others, so that a history can be shortened.
  const newChannel = (owner: Thread) => openChannel(owner, random.named(`channel ${++channelSerial}`))
  const channel = (owner: Thread) => {
    const ends = newChannel(owner)
    channels.add(ends)
    return ends
  }

  const origin: Origin = { ...options, opfs, locks, broadcast, channel }
  const workers = createWorkers(origin)

  /** The SharedWorker runs in the process of the tab that was first, and dies with it. */
  const openBroker = (tab: Thread, build: string): SimPort => {
    let broker = brokers.get(build)
    if (!broker?.thread.isAlive) {
      const thread = tab.spawn('broker')
      const connect = createBroker({ brokerId: thread.env.randomId(8), locks: locks.of(thread) })
      broker = { thread, connect: connect as (port: SimPort) => void }
      brokers.set(build, broker)
    }
    const [ours, theirs] = newChannel(tab)
    theirs.owner = broker.thread
    const { thread, connect } = broker
    thread.schedule(0.1, () => connect(theirs))
    return ours
  }

  const eachBroker = (act: (thread: Thread) => void) => {
    for (const { thread } of brokers.values()) act(thread)
  }

  const crashAll = () => {
    for (const tab of [...tabs]) tab.thread.kill()
  }

  /** Channels that somebody at both ends still holds. Those between a tab and its broker are not among them. */
  const openChannels = () => [...channels].filter((ends) => ends.every((end) => !end.isClosed && end.owner.isAlive))

  const open = (build = builds[deployed] ?? theOnly): Tab => {
    const thread = scheduler.thread(`${name}/tab${++serial}`)
    const schema = options.schemas?.[build] ?? options.schema
    opened.add(build)
    const failed = (why: unknown) => {
      const isOutdated = why instanceof OutdatedBuild && opened.size > 1
      if (!isOutdated) failures.push(`the store of ${thread.name} is not open: ${why}`)
      else if (options.reloadsOutdated) loadAnew(tab)
    }
    const tab = openTab(
      thread,
      { ...origin, schema },
      { openBroker: (tab) => openBroker(tab, build), startWorker: (tab) => workers.start(tab, schema), failed },
    )
    tabs.add(tab)
    thread.onDeath(() => tabs.delete(tab))
    return tab
  }

  /** The page goes as pages do: it is told, and ends a moment later. */
  const closeTab = (tab: Tab) => {
    tab.thread.schedule(0, () => tab.hide(false))
    tab.thread.schedule(random.number() * 5, () => tab.thread.kill())
  }

  /** What the user of a page does that says so. */
  const loadAnew = (tab: Tab) => {
    tab.thread.schedule(500, () => {
      closeTab(tab)
      open()
    })
  }

  return {
    name,
    opfs,
    locks,
    tabs,
    /** Stores that did not open, or ended: no fault of the world may keep a tab from opening its store, sooner or later. */
    failures: failures as readonly string[],
    openTab: open,
    /** Its tabs are of the next build from now on, if there is one. */
    deploy() {
      deployed = Math.min(deployed + 1, builds.length - 1)
    },
    /** A page comes out of a cache that has not heard of the last build. */
    openStale: () => open(builds[Math.max(0, deployed - 1)]),
    closeTab,
    /** The page is put aside as it is, and nothing runs in it, until the way back is called that this gives. */
    putAside(tab: Tab): () => void {
      tab.thread.schedule(0, () => tab.hide(true))
      const cancel = tab.thread.schedule(5, () => tab.thread.freeze())
      return () => {
        cancel()
        tab.thread.thaw()
        tab.thread.schedule(0, () => tab.show())
      }
    },
    /** The process is gone from one moment to the next. */
    crashTab: (tab: Tab) => tab.thread.kill(),
    /** All of its processes are gone from one moment to the next. */
    crash: crashAll,
    /** As `crash`, and bytes of the database are others; as they were written before is nowhere any more. */
    damage(file: typeof logFile | typeof stateFile, places: number) {
      crashAll()
      damage(opfs, file, createRandom(places))
      if (file === logFile) logDamages.push(scheduler.now())
    },
    /** The times at which the log was damaged. */
    logDamages: logDamages as readonly number[],
    /** As which client the next log begins. */
    takeClientId: workers.takeClientId,
    /** As `crash`, and the disk has any part of what was not flushed. */
    cutPower() {
      crashAll()
      opfs.cutPower(() => random.chance(0.5))
    },
    killBroker: () => eachBroker((thread) => thread.kill()),
    /** It does nothing for a while, and nobody is told. */
    freezeBroker: () => eachBroker((thread) => thread.freeze()),
    /** The worker that leads dies, and its tab goes on. */
    killLeader: () => workers.leading()?.kill(),
    /** It is in a loop that does not end, and its tab goes on. */
    hangLeader: () => workers.leading()?.freeze(),
    dieAtWrite: workers.dieAtWrite,
    /** What nobody should hold any more once all stores are shut down, in words. */
    left(): string[] {
      const held = locks.held().filter((lock) => !lock.includes(':broker:'))
      const open = openChannels().map((ends) => ends.map(({ owner }) => owner.name).join(' to '))
      const listening = [...tabs].filter((tab) => tab.listeners() > listenersForLife)
      return [
        ...(opfs.held() > 0 ? [`${name} still holds ${opfs.held()} files after its stores were shut down`] : []),
        ...(held.length > 0 ? [`${name} still holds the locks ${held.join(', ')}`] : []),
        ...broadcast.held().map((channel) => `the channel ${channel} is still open`),
        ...(open.length > 0 ? [`these channels are still open: ${open.join(', ')}`] : []),
        ...listening.map((tab) => `${tab.name} still has ${tab.listeners()} listeners to its page`),
      ]
    },
  }
}

export type Browser = ReturnType<typeof createBrowser>
