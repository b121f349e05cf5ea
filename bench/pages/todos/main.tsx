// A list of todos. The address says `?store=NAME&backend=ws://…&version=2`.
import { createStorePromise, makeWebAdapter, type Trace } from 'headwater'
import { StoreProvider, useQuery } from 'headwater/react'
import { createRoot } from 'react-dom/client'
import { events, lastTodos, schemaOf } from './schema.ts'
import { todo } from './todo.ts'
import { worker } from './worker.ts'

declare global {
  var started: number
  var wasmMemory: WebAssembly.Memory[]
  var app: App
}

export type App = {
  /** Milliseconds from the first script to the first rows. */
  readonly firstQuery: number
  /** Events a second with which the leader made the state that this boot waited for. */
  rebuildRate(): Promise<number>
  /** Resolves once this tab has this many events, all confirmed; milliseconds since the first script. */
  confirmed(events: number): Promise<number>
  /** Milliseconds of the main thread's longest task since the store was open, or since `await`; those under 50 do not count. */
  longestTask(): number
  /** Bytes of this page, SQLite's included. */
  memory(): Promise<number>
  setOnline(online: boolean): void
  /** Commits todos from this number on, one by one, and waits until they are persisted. */
  commit(from: number, count: number): Promise<void>
  /** Calls `commit` every few milliseconds and gives the longest time without an answer, once `stop` was called. */
  survive(from: number): void
  stopSurviving(): Promise<number>
  /** From now on watches for the row of this todo. */
  await(number: number): void
  /** When that row came into the DOM, on the clock of all tabs. */
  shown(): Promise<number>
  /** Commits one todo; when, on the clock of all tabs. */
  commitAt(number: number): number
  /** From the leader's first news since `await` to the DOM, milliseconds. */
  arrivalToDom(): Promise<number>
}

const asked = new URLSearchParams(location.search)
const version = asked.get('version') ?? '1'

/** Since `await`. */
let firstNewsAt: number | undefined
const onTrace = (trace: Trace) => {
  if (trace.type === 'pulled') firstNewsAt ??= performance.now()
}

const rebuilt = new Promise<{ events: number; ms: number }>((resolve) => {
  new BroadcastChannel('rebuilt').onmessage = ({ data }) => resolve(data)
})

const store = await createStorePromise({
  schema: schemaOf(version),
  storeId: asked.get('store') ?? 'bench',
  adapter: makeWebAdapter({ worker }),
  onTrace,
})
store.query(lastTodos)
const firstQuery = performance.now() - started

let longest = 0
const longTasks = new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) longest = Math.max(longest, duration)
})
// From the next task on: what the page's own scripts take is nobody's sync.
setTimeout(() => longTasks.observe({ type: 'longtask' }))

const clock = () => performance.timeOrigin + performance.now()

function List() {
  const rows = useQuery(lastTodos)
  return (
    <ul>
      {rows.map(({ id, text }) => (
        <li key={id} id={id}>
          {text}
        </li>
      ))}
    </ul>
  )
}

const root = document.getElementById('root')!
createRoot(root).render(
  <StoreProvider store={store}>
    <List />
  </StoreProvider>,
)

type Shown = { readonly at: number; readonly sinceNews: number }

let awaited: Promise<Shown> | undefined

function inDom(number: number): Promise<Shown> {
  const { id } = todo(number)
  return new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      if (!document.getElementById(id)) return
      observer.disconnect()
      resolve({ at: clock(), sinceNews: performance.now() - firstNewsAt! })
    })
    observer.observe(root, { childList: true, subtree: true })
  })
}

const commit = (number: number) => store.commit(events.todoCreated(todo(number)))

let surviving: { readonly stop: { asked: boolean }; readonly gap: Promise<number> } | undefined

async function survive(from: number, stop: { readonly asked: boolean }): Promise<number> {
  let gap = 0
  let last = performance.now()
  for (let number = from; !stop.asked; number++) {
    await commit(number).persisted
    const now = performance.now()
    gap = Math.max(gap, now - last)
    last = now
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  return gap
}

globalThis.app = {
  firstQuery,
  async rebuildRate() {
    const { events, ms } = await rebuilt
    return (events / ms) * 1_000
  },
  async confirmed(events) {
    const { status } = store
    const isThere = () => status.getState().session.head.global >= events && status.getState().backend.head >= events
    await new Promise<void>((resolve) => {
      if (isThere()) return resolve()
      const stop = status.subscribe(() => {
        if (!isThere()) return
        stop()
        resolve()
      })
    })
    return performance.now() - started
  },
  longestTask: () => longest,
  async memory() {
    const { bytes } = await (
      performance as unknown as { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> }
    ).measureUserAgentSpecificMemory()
    return wasmMemory.reduce((sum, { buffer }) => sum + buffer.byteLength, bytes)
  },
  setOnline: store.setOnline,
  async commit(from, count) {
    await Promise.all(Array.from({ length: count }, (_, index) => commit(from + index).persisted))
  },
  survive(from) {
    const stop = { asked: false }
    surviving = { stop, gap: survive(from, stop) }
  },
  async stopSurviving() {
    surviving!.stop.asked = true
    return surviving!.gap
  },
  await(number) {
    longest = 0
    firstNewsAt = undefined
    awaited = inDom(number)
  },
  shown: async () => (await awaited!).at,
  commitAt(number) {
    const at = clock()
    commit(number)
    return at
  },
  arrivalToDom: async () => (await awaited!).sinceNews,
}
