import { logFile, stateFile } from '../../leader/storage-port.ts'
import type { Backend } from './backend.ts'
import type { Browser, Tab } from './browser.ts'
import { type CommitHearing, createCommitter, isExpected } from './commits.ts'
import { setOnline } from './ending.ts'
import type { Network } from './network.ts'
import type { Thread } from './scheduler.ts'
import { isFault, type Step } from './step.ts'
import type { Workload } from './workload.ts'

type Cluster = {
  readonly browsers: readonly Browser[]
  readonly backend: Backend
  readonly network: Network
  /** Whatever happens to the others goes on here. */
  readonly world: Thread
  readonly workload: Workload
}

type Hearing = CommitHearing & {
  /** A client, or all of them if none is named, may not be in touch with the backend for this long, milliseconds. */
  readonly disturbed: (client: string | undefined, ms: number) => void
}

/** What a step of a history does. A tab is meant by its place among those that are there, if any is. */
export function createActor(cluster: Cluster, hearing: Hearing) {
  const { browsers, backend, network, world } = cluster
  const { commit, commitElsewhere, retryParked, discardParked } = createCommitter(cluster, hearing)
  const browserOf = ({ client }: { readonly client: number }) => browsers[client]!

  const onTab = (
    step: { readonly client: number; readonly tab: number },
    act: (tab: Tab, browser: Browser) => void,
  ) => {
    const browser = browserOf(step)
    const tabs = [...browser.tabs]
    const tab = tabs[step.tab % Math.max(1, tabs.length)]
    if (tab) act(tab, browser)
  }

  const switchOff = (tab: Tab, { tabs }: Browser, ms: number) => {
    if (!tab.store) return
    setOnline(tab, false)
    world.schedule(ms, () => {
      for (const open of tabs) setOnline(open, true)
    })
  }

  const partition = ({ name }: Browser, ms: number) => {
    network.setPartitioned(name, true)
    world.schedule(ms, () => network.setPartitioned(name, false))
  }

  const fillDisk = ({ opfs }: Browser, ms: number) => {
    opfs.fill(new DOMException('the disk is full', 'QuotaExceededError'))
    world.schedule(ms, () => opfs.fill(undefined))
  }

  const freeze = ({ thread }: Tab, ms: number) => {
    thread.freeze()
    world.schedule(ms, () => thread.thaw())
  }

  const restartBackend = (ms: number) => {
    backend.stop()
    world.schedule(ms, backend.start)
  }

  /** Between this and the start all of it is done, for nothing in it takes time. */
  const beginAnew = (from: Parameters<Backend['beginAnew']>[0], ms: number) => {
    void backend.beginAnew(from)
    world.schedule(ms, backend.start)
  }

  const reset = ({ store, thread }: Tab) => {
    if (!store || thread.isFrozen) return
    thread.schedule(0, () => {
      store.reset().catch((error) => {
        if (!isExpected(error)) throw error
      })
    })
  }

  const shareClientId = ({ client, other }: { readonly client: number; readonly other: number }) => {
    for (const one of [client, other]) browsers[one]!.takeClientId(`twins${Math.min(client, other)}`)
  }

  const act = (step: Step) => {
    switch (step.type) {
      case 'open':
        return void browserOf(step).openTab()
      case 'commit':
        return onTab(step, (tab, { name }) => commit(tab, name, step.events))
      case 'retry parked':
        return onTab(step, (tab, { name }) => retryParked(tab, name))
      case 'discard parked':
        return onTab(step, (tab) => discardParked(tab))
      case 'close':
        return onTab(step, (tab, browser) => browser.closeTab(tab))
      case 'crash':
        return onTab(step, (tab, browser) => browser.crashTab(tab))
      case 'reload':
        onTab(step, (tab, browser) => browser.closeTab(tab))
        return void browserOf(step).openTab()
      case 'freeze':
        return onTab(step, (tab) => freeze(tab, step.ms))
      case 'put aside':
        return onTab(step, (tab, browser) => void world.schedule(step.ms, browser.putAside(tab)))
      case 'offline':
        return onTab(step, (tab, browser) => switchOff(tab, browser, step.ms))
      case 'crash browser':
        return browserOf(step).crash()
      case 'cut power':
        return browserOf(step).cutPower()
      case 'hang leader':
        return browserOf(step).hangLeader()
      case 'kill leader':
        return browserOf(step).killLeader()
      case 'kill broker':
        return browserOf(step).killBroker()
      case 'die at write':
        return browserOf(step).dieAtWrite(step.write)
      case 'fill disk':
        return fillDisk(browserOf(step), step.ms)
      case 'damage state':
        return browserOf(step).damage(stateFile, step.places)
      case 'damage log':
        return browserOf(step).damage(logFile, step.places)
      case 'reset store':
        return onTab(step, reset)
      case 'share clientId':
        return shareClientId(step)
      case 'deploy':
        return browserOf(step).deploy()
      case 'open stale':
        return void browserOf(step).openStale()
      case 'partition':
        return partition(browserOf(step), step.ms)
      case 'stall':
        return network.stall(browserOf(step).name, step.ms)
      case 'linger':
        return network.linger(browserOf(step).name, step.ms)
      case 'drop':
        return network.drop(browserOf(step).name)
      case 'restart backend':
        return restartBackend(step.ms)
      case 'wipe backend':
        return beginAnew('nothing', step.ms)
      case 'restore backend':
        return beginAnew({ lacking: step.lacks }, step.ms)
      case 'slow backend':
        return backend.slowDown(step.ms, step.delay)
      case 'other build':
        return commitElsewhere(step.events)
      default:
        return step satisfies never
    }
  }

  return (step: Step) => {
    if (isFault(step) && step.type !== 'other build') {
      hearing.disturbed('client' in step ? browserOf(step).name : undefined, 'ms' in step ? step.ms : 0)
    }
    act(step)
  }
}
