import { eq } from 'drizzle-orm'
import { createStorePromise, makeWebAdapter, select } from 'headwater'
import { events, schema, tables } from './schema.ts'

const store = await createStorePromise({
  schema,
  storeId: 'bench',
  adapter: makeWebAdapter({
    worker: () => new Worker(new URL('./leader.worker.ts', import.meta.url), { type: 'module' }),
  }),
})

export type CommitRun = {
  storage: string | undefined
  /** Microseconds of each commit. */
  prepared: number[]
  built: number[]
  watched: number[]
  /** Milliseconds. */
  batch10k: number
}

let serial = 0
const todo = () => {
  serial += 1
  return {
    id: `t-${String(serial).padStart(6, '0')}`,
    text: `todo ${serial}`,
    completed: serial % 5 === 4,
    createdAt: serial,
  }
}

const turn = () => new Promise((resolve) => setTimeout(resolve))

/** One commit after the other, in tasks of ten so that pushes go out as they would in an app. */
async function timeCommits(count: number, commit: () => void): Promise<number[]> {
  const times: number[] = []
  for (let index = 0; index < count; index++) {
    const started = performance.now()
    commit()
    times.push((performance.now() - started) * 1000)
    if (index % 10 === 9) await turn()
  }
  return times
}

async function bench(): Promise<CommitRun> {
  const prepared = () => store.commit(events.prepared(todo()))
  const built = () => store.commit(events.built(todo()))
  for (let warm = 0; warm < 200; warm++) {
    prepared()
    built()
  }
  await store.commit(events.prepared(todo())).persisted
  const run = { prepared: await timeCommits(500, prepared), built: await timeCommits(500, built) }
  const unsubscribe = store.subscribe(
    select().from(tables.todos).where(eq(tables.todos.completed, false)).limit(50),
    () => {},
  )
  const watched = await timeCommits(500, prepared)
  unsubscribe()
  await store.commit(events.prepared(todo())).persisted

  const batch = Array.from({ length: 10_000 }, () => events.prepared(todo()))
  const batchStarted = performance.now()
  store.commit(...batch)
  store.query(select().from(tables.todos).limit(1))
  const batch10k = performance.now() - batchStarted
  return { storage: store.status.getState().storage?.kind, ...run, watched, batch10k }
}

Object.assign(globalThis, { bench, store })
