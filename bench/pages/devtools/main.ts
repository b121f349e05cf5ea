import { createStorePromise, makeWebAdapter } from 'headwater'
import { mountDevtools } from 'headwater/devtools/production'
import { events, schema } from '../commit/schema.ts'

const store = await createStorePromise({
  schema,
  storeId: 'bench',
  adapter: makeWebAdapter({
    worker: () => new Worker(new URL('./leader.worker.ts', import.meta.url), { type: 'module' }),
  }),
})

/** Microseconds of each commit, and milliseconds of 1,000 in one task: until they are committed, and until they are persisted. */
export type DevtoolsRun = { closed: number[]; open: number[]; bursts: { closed: Burst[]; open: Burst[] } }
type Burst = { commits: number; persisted: number }

let serial = 0
const commit = () => {
  serial += 1
  const id = `t-${String(serial).padStart(6, '0')}`
  return store.commit(events.prepared({ id, text: `todo ${serial}`, completed: false, createdAt: serial }))
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** In tasks of ten, so that pushes go out as they would in an app. */
async function time(count: number): Promise<number[]> {
  const times: number[] = []
  for (let index = 0; index < count; index++) {
    const started = performance.now()
    commit()
    times.push((performance.now() - started) * 1000)
    if (index % 10 === 9) await wait(0)
  }
  return times
}

async function burst(): Promise<Burst> {
  const started = performance.now()
  const receipts = Array.from({ length: 1_000 }, commit)
  const commits = performance.now() - started
  await receipts.at(-1)!.persisted
  const persisted = performance.now() - started
  await wait(500)
  return { commits, persisted }
}

/** Closed and open take turns, so that both see the same machine. */
async function bench(): Promise<DevtoolsRun> {
  const panel = mountDevtools(store)
  const run: DevtoolsRun = { closed: [], open: [], bursts: { closed: [], open: [] } }
  await time(300)
  await burst()
  for (let round = 0; round < 4; round++) {
    run.closed.push(...(await time(250)))
    run.bursts.closed.push(await burst())
    panel.open()
    await wait(300)
    run.open.push(...(await time(250)))
    run.bursts.open.push(await burst())
    panel.close()
    await wait(300)
  }
  return run
}

Object.assign(globalThis, { bench, store })
