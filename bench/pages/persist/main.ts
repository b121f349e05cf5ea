import { createStorePromise, makeWebAdapter } from 'headwater'
import { events, schema } from '../commit/schema.ts'

const store = await createStorePromise({
  schema,
  storeId: 'bench',
  adapter: makeWebAdapter({
    worker: () => new Worker(new URL('../commit/leader.worker.ts', import.meta.url), { type: 'module' }),
  }),
})

export type PersistRun = {
  storage: string | undefined
  /** Milliseconds of one commit after the other. */
  paced: number[]
  burst1000: number
}

let serial = 0
const commit = () => {
  serial += 1
  return store.commit(
    events.prepared({ id: `t-${serial}`, text: `todo ${serial}`, completed: false, createdAt: serial }),
  )
}

async function timePaced(count: number): Promise<number[]> {
  const times: number[] = []
  for (let index = 0; index < count; index++) {
    const started = performance.now()
    await commit().persisted
    times.push(performance.now() - started)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return times
}

async function timeBurst(count: number): Promise<number> {
  const started = performance.now()
  await Promise.all(Array.from({ length: count }, () => commit().persisted))
  return performance.now() - started
}

async function bench(): Promise<PersistRun> {
  await timePaced(20) // warm
  const paced = await timePaced(100)
  return { paced, burst1000: await timeBurst(1_000), storage: store.status.getState().storage?.kind }
}

Object.assign(globalThis, { bench })
