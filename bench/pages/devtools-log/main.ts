import { longLog } from '../../../e2e/fixtures/long-log/main.ts'

/** Milliseconds between frames while the list is turned, and from a jump to the rows that belong there. */
export type LogRun = { frames: number[]; jumps: number[] }

const frame = () => new Promise<number>(requestAnimationFrame)
const inPanel = <Of extends Element>(selector: string) =>
  document.querySelector('headwater-devtools')!.shadowRoot!.querySelector<Of>(selector)

async function found<Of extends Element>(selector: string): Promise<Of> {
  for (;;) {
    const element = inPanel<Of>(selector)
    if (element) return element
    await frame()
  }
}

async function isRead() {
  do await frame()
  while (inPanel('.event-list .loading') || !inPanel('.event-row'))
}

async function bench({ events }: { events: number }): Promise<LogRun> {
  await longLog.fill(events)
  longLog.panel.open()
  ;(await found<HTMLElement>('#headwater-tab-events')).click()
  const list = await found<HTMLElement>('.event-list')
  await isRead()
  const run: LogRun = { frames: [], jumps: [] }
  for (let jump = 0; jump < 30; jump++) {
    list.scrollTop = ((jump * 0.618) % 1) * (list.scrollHeight - list.clientHeight)
    const started = performance.now()
    await isRead()
    run.jumps.push(performance.now() - started)
    let last = await frame()
    for (let turn = 0; turn < 20; turn++) {
      list.scrollTop += 60
      const now = await frame()
      run.frames.push(now - last)
      last = now
    }
  }
  return run
}

Object.assign(globalThis, { bench })
