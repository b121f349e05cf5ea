import type { EventLog } from '../../backend/event-log.ts'
import * as EventSequenceNumber from '../../event/sequence-number.ts'
import type { Env } from '../../replica/env.ts'
import { BacklogFull, MaterializeError, StoreClosed } from '../../replica/errors.ts'
import type { Receipt } from '../../session/receipts.ts'
import type { SqliteModule } from '../../sqlite/wa-sqlite.ts'
import type { Trace } from '../../trace.ts'
import { type Browser, createBrowser, type Tab } from './browser.ts'
import { type Accept, createNetwork } from './network.ts'
import { judge, judgeReceipts, type Promised } from './oracles.ts'
import type { PlannedEvent, Step } from './plan.ts'
import { createRandom } from './random.ts'
import { createScheduler, type Thread } from './scheduler.ts'
import type { Workload } from './workload.ts'

/** The backend that histories run against: given as a value, since the library does not know its server. */
export type BackendUnderTest = {
  openEngine(env: Env): EventLog
  start(options: { engine: EventLog; env: Env; validate: (commit: unknown) => string | undefined }): {
    connect: Accept
  }
}

export type RunOptions = {
  readonly server: BackendUnderTest
  readonly seed: number
  readonly steps: readonly Step[]
  readonly latencies: readonly number[]
  readonly workload: Workload
  readonly sqlite: SqliteModule
  /** Hears every trace, with who told it and when. */
  readonly onTrace?: (at: number, who: string, trace: Trace) => void
}

export type Outcome = {
  /** What was promised and not kept, in words; none if all is well. */
  readonly broken: readonly string[]
  readonly commits: number
  readonly rebases: number
  readonly faults: Readonly<Record<string, number>>
  /** Simulated tasks, and the simulated time of the whole history in milliseconds. */
  readonly tasks: number
  readonly ms: number
  /** Two runs of one seed have the same. */
  readonly fingerprint: string
}

/** Once faults stop, everything must be confirmed within this simulated time, milliseconds. */
export const settleWithin = 90_000
const storeId = 'store'

/** Runs a history on the real code, in a world of its own, and says which promises it broke. */
export async function run({ server, seed, steps, latencies, workload, sqlite, onTrace }: RunOptions): Promise<Outcome> {
  const random = createRandom(seed ^ 0x9e3779b9)
  const scheduler = createScheduler(random)
  const network = createNetwork(random.fork())
  const promised: Promised[] = []
  const faults: Record<string, number> = {}
  let rebases = 0
  let digest = 0

  const note = (text: string) => {
    for (let at = 0; at < text.length; at++) digest = (Math.imul(digest, 31) + text.charCodeAt(at)) | 0
  }

  const hear = (who: string, trace: Trace) => {
    if (trace.type === 'rebased') rebases++
    note(`${scheduler.now()} ${who} ${trace.type}`)
    onTrace?.(scheduler.now(), who, trace)
  }

  const browsers = latencies.map((ms, index) => {
    network.setLatency(`client${index}`, ms)
    return createBrowser({
      name: `client${index}`,
      schema: workload.schema,
      storeId,
      scheduler,
      random: random.fork(),
      network,
      sqlite,
      onTrace: hear,
    })
  })

  const backendThread = scheduler.thread('backend')
  const engine = server.openEngine(backendThread.env)
  let current: Thread | undefined
  const startBackend = () => {
    const thread = backendThread.spawn('run')
    const validate = (commit: unknown) => workload.refuse?.(commit)
    const { connect } = server.start({ engine, env: thread.env, validate })
    current = thread
    network.serve(thread, connect)
  }
  startBackend()

  const anyTab = (client: number, index: number): Tab | undefined => {
    const tabs = [...browsers[client]!.tabs]
    return tabs[index % Math.max(1, tabs.length)]
  }

  const commit = ({ client, tab: index, events }: Step & { type: 'commit' }) => {
    const tab = anyTab(client, index)
    const { store, thread } = tab ?? {}
    if (!store || !thread || thread.isFrozen) return
    thread.schedule(0, () => {
      try {
        promised.push(watch(store.commit(...events.map(workload.make)), browsers[client]!.name, thread, kindOf(events)))
      } catch (error) {
        // A commit that does not apply here says so at once; the oracles see that it left nothing.
        if (!(error instanceof MaterializeError || error instanceof BacklogFull || error instanceof StoreClosed))
          throw error
      }
    })
  }

  const kindOf = (events: readonly PlannedEvent[]) => {
    const defs = events.map(({ name }) => workload.schema.eventDef(name)!)
    return {
      isLocal: defs.every(({ synced }) => !synced),
      isReplaceable: defs.length === 1 && defs[0]!.replaces !== undefined,
    }
  }

  const act = (step: Step) => {
    if (step.type !== 'commit' && step.type !== 'open') faults[step.type] = (faults[step.type] ?? 0) + 1
    const at = 'client' in step ? browsers[step.client]! : undefined
    const tab = 'tab' in step ? anyTab(step.client, step.tab) : undefined
    switch (step.type) {
      case 'open':
        return void at!.openTab()
      case 'commit':
        return commit(step)
      case 'close':
        return tab && at!.closeTab(tab)
      case 'crash':
        return tab && at!.crashTab(tab)
      case 'reload':
        if (tab) at!.closeTab(tab)
        return void at!.openTab()
      case 'freeze':
        if (!tab) return
        tab.thread.freeze()
        return void world.schedule(step.ms, () => tab.thread.thaw())
      case 'offline':
        return switchOff(tab, at!, step.ms)
      case 'partition':
        network.setPartitioned(at!.name, true)
        return void world.schedule(step.ms, () => network.setPartitioned(at!.name, false))
      case 'drop':
        return network.drop(at!.name)
      case 'kill worker':
        // A worker dies alone only with its tab's knowledge; the tab is reloaded by its user.
        at!.crashWorkers()
        for (const open of [...at!.tabs]) at!.crashTab(open)
        return void at!.openTab()
      case 'die at write':
        return at!.dieAtWrite(step.write)
      case 'restart backend': {
        current?.kill()
        current = undefined
        return void world.schedule(step.ms, () => {
          if (!current) startBackend()
        })
      }
    }
  }

  const switchOff = (tab: Tab | undefined, browser: Browser, ms: number) => {
    if (!tab?.store) return
    tab.thread.schedule(0, () => tab.store?.setOnline(false))
    world.schedule(ms, () => {
      for (const open of browser.tabs) open.thread.schedule(0, () => open.store?.setOnline(true))
    })
  }

  const world = scheduler.thread('world')
  const heads = watchHeads(browsers, world)
  for (const step of steps) world.schedule(step.at, () => act(step))
  await scheduler.run(steps.at(-1)?.at ?? 0)

  await heal()
  const settled = () =>
    browsers.every(({ tabs }) => [...tabs].every(isSettled)) && promised.every(({ isDone }) => isDone())
  const end = scheduler.now() + settleWithin
  await scheduler.run(end, settled)
  await scheduler.run(scheduler.now() + 1_000) // what was settled is told to all tabs
  heads.stop()
  const judged = { browsers, engine, storeId, promised, workload, sqlite, hasSettled: settled() }
  const broken = [...heads.broken, ...(await judge(judged)), ...(await closeAll()), ...(await judgeReceipts(judged))]
  await engine.close()
  scheduler.end()

  const commits = promised.length
  const { tasks } = scheduler
  return {
    broken,
    commits,
    rebases,
    faults,
    tasks,
    ms: Math.round(scheduler.now()),
    fingerprint: `${digest >>> 0}-${tasks}`,
  }

  /** Faults stop: everybody is there, awake and connected. */
  async function heal() {
    network.heal()
    if (!current) startBackend()
    for (const browser of browsers) {
      browser.dieAtWrite(Number.POSITIVE_INFINITY)
      for (const tab of browser.tabs) tab.thread.thaw()
      // A tab whose worker died, or that could not open, is reloaded.
      for (const tab of [...browser.tabs]) if (tab.failure !== undefined || !browser.hasWorkers()) browser.crashTab(tab)
      if (browser.tabs.size === 0) browser.openTab()
    }
    await scheduler.run(scheduler.now() + 2_000)
    for (const { tabs } of browsers) for (const tab of tabs) tab.thread.schedule(0, () => tab.store?.setOnline(true))
    await scheduler.run(scheduler.now() + 100)
  }

  /** Every tab is closed as an app closes it; nothing may be left. */
  async function closeAll(): Promise<string[]> {
    const left: string[] = []
    for (const { tabs } of browsers) for (const tab of tabs) tab.thread.schedule(0, () => void tab.store?.shutdown())
    await scheduler.run(scheduler.now() + 10_000)
    for (const { name, opfs, locks, tabs } of browsers) {
      if (opfs.held() > 0) left.push(`${name} still holds ${opfs.held()} files after its stores were shut down`)
      const held = locks.held().filter((lock) => !lock.includes(':broker:'))
      if (held.length > 0) left.push(`${name} still holds the locks ${held.join(', ')}`)
      for (const tab of [...tabs]) tab.thread.kill()
    }
    const waiting = scheduler.waiting().filter((thread) => thread.startsWith('client'))
    if (waiting.length > 0) left.push(`timers are left in ${[...new Set(waiting)].join(', ')}`)
    current?.kill()
    return left
  }
}

/** Looks at every tab now and then: what it knows of the backend never goes back, and no tier is ahead of the one below it. */
function watchHeads(browsers: readonly Browser[], world: Thread) {
  const broken: string[] = []
  const seen = new Map<string, number>()
  let cancel: () => void
  const look = () => {
    for (const { tabs } of browsers) {
      for (const { name, store } of tabs) {
        if (!store) continue
        const { backend, leader, session } = store.status.getState()
        if (backend.head < (seen.get(name) ?? 0))
          broken.push(`the backend's head went back to e${backend.head} in ${name}`)
        if (EventSequenceNumber.compare(leader.head, session.head) > 0)
          broken.push(`the leader is ahead of its session ${name}`)
        seen.set(name, backend.head)
      }
    }
    cancel = world.schedule(250, look)
  }
  look()
  return { broken, stop: () => cancel() }
}

function isSettled({ store }: Tab): boolean {
  if (!store) return false
  const { session, leader, connection } = store.status.getState()
  return session.pending === 0 && leader.unconfirmed === 0 && connection.name === 'online'
}

/** Writes down what a receipt said, and when nobody was left to hear it. */
function watch(
  receipt: Receipt,
  client: string,
  thread: Thread,
  kind: Pick<Promised, 'isLocal' | 'isReplaceable'>,
): Promised {
  const promised = {
    ...kind,
    commitId: receipt.commitId,
    client,
    session: thread.name,
    persisted: 'open',
    confirmed: 'open',
    reason: '',
  } as {
    -readonly [Key in keyof Promised]: Promised[Key]
  }
  receipt.persisted.then(
    () => {
      promised.persisted = 'yes'
    },
    (error) => {
      promised.persisted = 'no'
      promised.reason = String(error)
    },
  )
  receipt.confirmed.then(
    () => {
      promised.confirmed = 'yes'
    },
    (error) => {
      promised.confirmed = 'no'
      promised.reason = String(error)
    },
  )
  return Object.assign(promised, { isDone: () => !thread.isAlive || promised.confirmed !== 'open' })
}
