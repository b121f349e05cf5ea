import { and, asc, count, eq, gt } from 'drizzle-orm'
import { createStorePromise, makeWebAdapter, select, type Trace } from 'headwater'
import { StoreProvider, useQuery } from 'headwater/react'
import { memo, type ReactNode } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { events, schema, tables } from './schema.ts'

const { todos } = tables

const store = await createStorePromise({
  schema,
  storeId: 'bench',
  adapter: makeWebAdapter({
    worker: () => new Worker(new URL('./leader.worker.ts', import.meta.url), { type: 'module' }),
  }),
})

export type QueriesRun = {
  /** Milliseconds of each update, from the call of `commit` to the DOM. */
  list: number[]
  rows: number[]
  point: number[]
  /** Queries that ran again for one update, and components that rendered. */
  reruns: number
  renders: number
  /** 100 updates in one task, to the last one in the DOM, milliseconds. */
  burst100: number
  /** From the call of `commit` until all that it concerns were told, milliseconds. */
  loop: number[]
  /** To mount 1,000 components with a query each, milliseconds. */
  mount1000: number
}

const root = createRoot(document.getElementById('root')!)
const idOf = (n: number) => `t-${String(n).padStart(6, '0')}`
const total = 10_000
let renders = 0

const todosOf = (from: number, length: number) =>
  Array.from({ length }, (_, at) => from + at).map((n) =>
    events.created({ id: idOf(n), text: `todo ${n}`, completed: n % 5 === 4, createdAt: n, list: n % 100 }),
  )

/** The visible ones, oldest first. */
const openTodos = () => select().from(todos).where(eq(todos.completed, false)).orderBy(asc(todos.createdAt)).limit(50)
const openIds = () =>
  select({ id: todos.id }).from(todos).where(eq(todos.completed, false)).orderBy(asc(todos.createdAt)).limit(50)

function List() {
  return useQuery(openTodos()).map(({ id, text }) => (
    <li key={id} id={id}>
      {text}
    </li>
  ))
}

const Todo = memo(function Todo({ id }: { id: string }) {
  const [todo] = useQuery(select().from(todos).where(eq(todos.id, id)))
  renders += 1
  return <li id={id}>{todo?.text}</li>
})

function Rows() {
  return useQuery(openIds()).map(({ id }) => <Todo key={id} id={id} />)
}

function Points({ from }: { from: number }) {
  return Array.from({ length: 1_000 }, (_, at) => <Todo key={idOf(from + at)} id={idOf(from + at)} />)
}

function show(page: ReactNode) {
  flushSync(() => root.render(<StoreProvider store={store}>{page}</StoreProvider>))
}

const turn = () => new Promise((resolve) => setTimeout(resolve))

/** Waits for the text in the DOM. */
function painted(id: string, text: string): Promise<number> {
  const element = document.getElementById(id)!
  return new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      if (element.textContent !== text) return
      observer.disconnect()
      resolve(performance.now())
    })
    observer.observe(element, { childList: true, characterData: true, subtree: true })
  })
}

let serial = 0

async function update(id: string): Promise<number> {
  serial += 1
  const text = `text ${serial}`
  const done = painted(id, text)
  const started = performance.now()
  store.commit(events.renamed({ id, text }))
  return (await done) - started
}

async function timeUpdates(ids: readonly string[], runs: number): Promise<number[]> {
  const times: number[] = []
  for (let run = 0; run < runs; run++) {
    times.push(await update(ids[run % ids.length]!))
    await turn()
  }
  return times
}

async function burst(ids: readonly string[]): Promise<number> {
  serial += 1
  const text = `burst ${serial}`
  const done = painted(ids.at(-1)!, text)
  const started = performance.now()
  for (const id of ids) store.commit(events.renamed({ id, text }))
  return (await done) - started
}

/** Counts what runs while `act` does. */
async function counting(act: () => Promise<unknown>): Promise<{ reruns: number; renders: number }> {
  let reruns = 0
  renders = 0
  const stop = store.trace((trace: Trace) => {
    if (trace.type === 'queried') reruns += 1
  })
  await act()
  await turn()
  stop()
  return { reruns, renders }
}

/** 100 subscriptions of all kinds; an update of one todo concerns five of them. */
async function loop(): Promise<number[]> {
  let told = 0
  const listen = () => {
    told += 1
  }
  const target = idOf(0) // of list 0, not completed
  const stops = [
    ...Array.from({ length: 60 }, (_, n) =>
      store.live(
        select()
          .from(todos)
          .where(eq(todos.id, idOf(n + 1))),
      ),
    ),
    ...Array.from({ length: 20 }, (_, n) =>
      store.live(
        select({ n: count() })
          .from(todos)
          .where(and(eq(todos.list, n + 1), eq(todos.completed, false))),
      ),
    ),
    ...Array.from({ length: 15 }, (_, n) =>
      store.live(
        select({ id: todos.id })
          .from(todos)
          .where(gt(todos.createdAt, total - 10 - n))
          .orderBy(todos.createdAt),
      ),
    ),
    store.live(select().from(todos).where(eq(todos.id, target))),
    store.live(select({ text: todos.text }).from(todos).where(eq(todos.id, target))),
    store.live(openTodos()),
    store.live(
      select({ id: todos.id, text: todos.text }).from(todos).where(eq(todos.list, 0)).orderBy(todos.createdAt),
    ),
    store.live(select({ text: todos.text }).from(todos).where(eq(todos.list, 0)).orderBy(todos.createdAt).limit(10)),
  ].map((live) => live.subscribe(listen))
  const times: number[] = []
  for (let run = 0; run < 200; run++) {
    told = 0
    const started = performance.now()
    store.commit(events.renamed({ id: target, text: `loop ${run}` }))
    await Promise.resolve()
    times.push(performance.now() - started)
    if (told !== 5) throw new Error(`${told} of 5 were told`)
    await turn()
  }
  for (const stop of stops) stop()
  return times
}

async function fill() {
  store.commit(...todosOf(0, total))
  await store.commit(...todosOf(total, 1)).persisted
}

async function bench(): Promise<QueriesRun> {
  await fill()
  const open = store.query(openIds()).map(({ id }) => id)
  show(<List />)
  await timeUpdates(open, 50)
  const list = await timeUpdates(open, 300)

  show(<Rows />)
  await timeUpdates(open, 50)
  const rows = await timeUpdates(open, 300)

  show(null)
  const started = performance.now()
  show(<Points from={2_000} />)
  const mount1000 = performance.now() - started
  const points = Array.from({ length: 1_000 }, (_, at) => idOf(2_000 + at))
  await timeUpdates(points, 50)
  const point = await timeUpdates(points, 300)
  const counted = await counting(() => update(points[500]!))
  await burst(points.slice(0, 100))
  await turn()
  const burst100 = await burst(points.slice(100, 200))
  await turn()
  show(null)
  return { list, rows, point, ...counted, burst100, loop: await loop(), mount1000 }
}

export type ReactRun = {
  /** To mount 1,000 components with a query each, that nobody asked for before, milliseconds; ten times. */
  mount1000: number[]
  /** What the page holds after 10,000 mounts and unmounts more than after the first 1,000, bytes. */
  growth: number
}

/** Queries that nobody watches are let go after 5 s. */
const letGo = () => new Promise((resolve) => setTimeout(resolve, 6_000))

async function mountAndUnmount(from: number): Promise<number> {
  const started = performance.now()
  show(<Points from={from} />)
  const ms = performance.now() - started
  show(null)
  await turn()
  return ms
}

async function react(): Promise<ReactRun> {
  await fill()
  await mountAndUnmount(0)
  await letGo()
  const before = await heldBytes()
  const mount1000: number[] = []
  for (let round = 0; round < 10; round++) mount1000.push(await mountAndUnmount(round * 1_000))
  await letGo()
  return { mount1000, growth: (await heldBytes()) - before }
}

/** After a garbage collection. */
async function heldBytes(): Promise<number> {
  const { measureUserAgentSpecificMemory } = performance as unknown as {
    measureUserAgentSpecificMemory(): Promise<{ bytes: number }>
  }
  return (await measureUserAgentSpecificMemory.call(performance)).bytes
}

Object.assign(globalThis, { bench: (what: 'queries' | 'react') => (what === 'react' ? react() : bench()), store })
