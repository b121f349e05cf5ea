import type { Backend } from './backend.ts'
import type { Browser, Tab } from './browser.ts'
import type { Network } from './network.ts'
import type { Scheduler } from './scheduler.ts'

type Cluster = {
  readonly browsers: readonly Browser[]
  readonly backend: Backend
  readonly network: Network
  readonly scheduler: Scheduler
}

/** In a tab whose store ended there is nothing to switch any more. */
export function setOnline(tab: Tab, online: boolean) {
  tab.thread.schedule(0, () => tab.failure ?? tab.store?.setOnline(online))
}

/** Faults stop: everybody is there, awake and connected. */
export async function heal({ browsers, backend, network, scheduler }: Cluster) {
  network.heal()
  backend.start()
  backend.speedUp()
  for (const browser of browsers) {
    browser.dieAtWrite(Number.POSITIVE_INFINITY)
    browser.opfs.fill(undefined)
    for (const tab of browser.tabs) tab.thread.thaw()
    if (browser.tabs.size === 0) browser.openTab()
  }
  await scheduler.run(scheduler.now() + 2_000)
  for (const { tabs } of browsers) for (const tab of tabs) setOnline(tab, true)
  await scheduler.run(scheduler.now() + 100)
}

/** Every tab is closed as an app closes it. Gives what is left then, in words. */
export async function closeAll({ browsers, backend, network, scheduler }: Cluster): Promise<string[]> {
  for (const { tabs } of browsers) for (const tab of tabs) tab.thread.schedule(0, () => void tab.store?.shutdown())
  await scheduler.run(scheduler.now() + 10_000)
  const left = browsers.flatMap((browser) => browser.left())
  if (network.open() > 0) left.push(`${network.open()} sockets are open`)
  const waiting = scheduler.waiting().filter((thread) => thread.startsWith('client'))
  if (waiting.length > 0) left.push(`timers are left in ${[...new Set(waiting)].join(', ')}`)
  for (const browser of browsers) browser.crash()
  backend.stop()
  return left
}
