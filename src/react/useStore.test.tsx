import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import * as React from 'react'
import { type ReactNode, StrictMode, Suspense, useState } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  type Adapter,
  createStorePromise,
  insert,
  makeInMemoryAdapter,
  makeSchema,
  type Store,
  StoreClosed,
  select,
} from '../index.ts'
import type { Upstream } from '../replica/upstream.ts'
import { StoreProvider, useCommit, useQuery, useStore } from './index.ts'
import { countingAdapter, declared, ErrorBoundary, events, schema, tables } from './testing.tsx'

/** What React and we complain of; a test that expects complaints empties it. */
let complaints: unknown[][] = []
type AppStore = Store<typeof events>

let number = 0
const newId = () => `useStore-${++number}`

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation((...args) => complaints.push(args))
})

afterEach(() => {
  vi.useRealTimers()
  cleanup()
  vi.restoreAllMocks()
  const found = complaints
  complaints = []
  expect(found).toEqual([])
})

const isOpen = (store: AppStore) => {
  try {
    store.query(select().from(tables.todos))
    return true
  } catch (error) {
    expect(error).toBeInstanceOf(StoreClosed)
    return false
  }
}

function Boundaries({ children }: { children: ReactNode }) {
  return (
    <ErrorBoundary>
      <Suspense fallback="booting">{children}</Suspense>
    </ErrorBoundary>
  )
}

type BootProps = { storeId: string; adapter: Adapter; children?: ReactNode; onStore?: (store: AppStore) => void }

function Boot({ storeId, adapter, children = <span>booted</span>, onStore }: BootProps) {
  const store = useStore({ schema, adapter, storeId })
  onStore?.(store)
  return children
}

function Todos() {
  const rows = useQuery(select().from(tables.todos))
  const commit = useCommit()
  return (
    <>
      <button type="button" onClick={() => commit(events.todoCreated({ id: `${rows.length}`, text: 'Buy milk' }))}>
        Add
      </button>
      <ul>
        {rows.map(({ id, text }) => (
          <li key={id}>{text}</li>
        ))}
      </ul>
    </>
  )
}

const once = { opened: 1, closed: 1 }

/** Makes its adapter at every render. */
function Impatient({ storeId, adapter }: BootProps) {
  useStore({ schema, adapter: (options) => adapter(options), storeId })
  return 'booted'
}

function WithBackend({ storeId, adapter, backend }: BootProps & { backend: Upstream }) {
  useStore({ schema, adapter, storeId, sync: { backend } })
  return <span>booted</span>
}

const forever = new Promise(() => undefined)

function Never(): ReactNode {
  throw forever
}

function StoreId() {
  return <span>{`found ${useStore().storeId}`}</span>
}

function Clicks() {
  const [clicks, setClicks] = useState(0)
  const { length } = useQuery(select().from(tables.todos))
  const commit = useCommit()
  const click = () => {
    setClicks(clicks + 1)
    commit(events.todoCreated({ id: `${clicks}`, text: 'Clicked' }))
  }
  return (
    <button type="button" onClick={click}>
      {`${clicks} clicks, ${length} todos`}
    </button>
  )
}

test('useStore() says what to do where there is no store', () => {
  render(
    <Boundaries>
      <Todos />
    </Boundaries>,
  )
  screen.getByText(/no store is open. Call useStore\(options\) in a component above this one/)
  complaints = []
})

test('suspends until the store is here, then queries and commits, once under StrictMode', async () => {
  const { adapter, counts } = countingAdapter()
  const storeId = newId()
  render(
    <StrictMode>
      <Boundaries>
        <Boot adapter={adapter} storeId={storeId}>
          <Todos />
        </Boot>
      </Boundaries>
    </StrictMode>,
  )
  screen.getByText('booting')
  fireEvent.click(await screen.findByText('Add'))
  fireEvent.click(await screen.findByText('Add'))
  await waitFor(() => expect(screen.getAllByText('Buy milk')).toHaveLength(2))
  expect(screen.queryByText('booting')).toBeNull()
  expect(counts).toEqual({ opened: 1, closed: 0 })
})

test('components that name the same storeId share the store, in two roots as well', async () => {
  const { adapter, counts } = countingAdapter()
  const storeId = newId()
  const stores = new Set<AppStore>()
  const boot = <Boot adapter={adapter} storeId={storeId} onStore={(store) => stores.add(store)} />
  render(
    <Boundaries>
      {boot}
      {boot}
    </Boundaries>,
  )
  render(<Boundaries>{boot}</Boundaries>)
  await waitFor(() => expect(screen.getAllByText('booted')).toHaveLength(3))
  expect(stores.size).toBe(1)
  expect(counts.opened).toBe(1)
})

test('what a boot throws goes to the error boundary, and its reset boots anew', async () => {
  const { adapter } = countingAdapter()
  let attempts = 0
  const failsOnce: Adapter = (options) => {
    attempts++
    return attempts === 1 ? Promise.reject(new Error('the disk is gone')) : adapter(options)
  }
  const storeId = newId()
  render(
    <Boundaries>
      <Boot adapter={failsOnce} storeId={storeId} />
    </Boundaries>,
  )
  const message = await screen.findByText('the disk is gone')
  expect(attempts).toBe(1)
  const later = performance.now() + 100
  await waitFor(() => expect(performance.now()).toBeGreaterThan(later))
  fireEvent.click(message)
  await screen.findByText('booted')
  expect(attempts).toBe(2)
  complaints = [] // React tells of caught errors
})

test('a store that cannot have its name is told so', async () => {
  render(
    <Boundaries>
      <Boot adapter={makeInMemoryAdapter()} storeId="no/slash" />
    </Boundaries>,
  )
  await screen.findByText(/"no\/slash" is not a storeId/)
  complaints = []
})

test('a second mount with another adapter throws, and the first stays', async () => {
  const storeId = newId()
  const mounted: AppStore[] = []
  render(
    <Boundaries>
      <Boot adapter={makeInMemoryAdapter()} storeId={storeId} onStore={(store) => mounted.push(store)} />
    </Boundaries>,
  )
  await screen.findByText('booted')
  render(
    <Boundaries>
      <Boot adapter={makeInMemoryAdapter()} storeId={storeId} />
    </Boundaries>,
  )
  await screen.findByText(/store "useStore-\d+" is open with another adapter. Make the options once/)
  expect(isOpen(mounted.at(-1)!)).toBe(true)
  complaints = []
})

test('an adapter that is made at every render is told so, instead of booting for ever', async () => {
  const { adapter, counts } = countingAdapter()
  render(
    <Boundaries>
      <Impatient adapter={adapter} storeId={newId()} />
    </Boundaries>,
  )
  await screen.findByText(/is open with another adapter/)
  await waitFor(() => expect(counts).toEqual({ opened: 1, closed: 1 }))
  complaints = []
})

test('`sync` may be a new literal at every render, its backend may not', async () => {
  const storeId = newId()
  const adapter = makeInMemoryAdapter()
  const makeBackend = (): Upstream => () => ({ wake() {}, setOnline() {}, close() {} })
  const app = (backend: Upstream) => (
    <Boundaries>
      <WithBackend adapter={adapter} storeId={storeId} backend={backend} />
    </Boundaries>
  )
  render(app(makeBackend()))
  await screen.findByText('booted')
  render(app(makeBackend()))
  await screen.findByText(/is open with another sync.backend/)
  complaints = []
})

test('a mounted component keeps its store when a hot reload makes the options anew', async () => {
  const { adapter, counts } = countingAdapter()
  const storeId = newId()
  const stores = new Set<AppStore>()
  const onStore = (store: AppStore) => stores.add(store)
  const { rerender } = render(
    <Boundaries>
      <Boot adapter={adapter} storeId={storeId} onStore={onStore} />
    </Boundaries>,
  )
  await screen.findByText('booted')
  rerender(
    <Boundaries>
      <Boot adapter={makeInMemoryAdapter()} storeId={storeId} onStore={onStore} />
    </Boundaries>,
  )
  screen.getByText('booted')
  expect(stores.size).toBe(1)
  expect(counts).toEqual({ opened: 1, closed: 0 })
})

/** What an edit makes of the options: another schema, which the Vite plugin gives a later time, and an adapter with its worker. */
function edited(builtAt: number, text: string) {
  const { adapter, counts } = countingAdapter()
  const materializers: typeof declared.materializers = {
    ...declared.materializers,
    'v1.TodoCreated': ({ id }) => insert(tables.todos).values({ id, text }),
  }
  return { schema: makeSchema({ ...declared, builtAt, version: text, materializers }), adapter, counts }
}

type Edited = ReturnType<typeof edited>

/** As React refreshes it: the component is another render of the same one. */
function Refreshed({ options: { schema, adapter }, storeId }: { options: Edited; storeId: string }) {
  useStore({ schema, adapter, storeId })
  return (
    <>
      <Clicks />
      <Todos />
    </>
  )
}

test('an edit of the schema: the store is opened with the new one, and components keep their state', async () => {
  const storeId = newId()
  const [before, after] = [edited(1, 'before'), edited(2, 'after')]
  const app = (options: Edited) => (
    <StrictMode>
      <Boundaries>
        <Refreshed options={options} storeId={storeId} />
      </Boundaries>
    </StrictMode>
  )
  const { rerender } = render(app(before))
  fireEvent.click(await screen.findByText('0 clicks, 0 todos'))
  await screen.findByText('before')
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  rerender(app(after))
  screen.getByText('booting')
  await vi.waitFor(() => screen.getByText('1 clicks, 0 todos'), 20_000) // what is in memory ends with its store
  await act(async () => undefined) // its effects have run
  vi.advanceTimersByTime(1_000)
  vi.useRealTimers()
  fireEvent.click(screen.getByText('1 clicks, 0 todos'))
  await screen.findByText('after')
  render(<StoreId />) // finds it, though the components of the former one have left that long ago
  screen.getByText(`found ${storeId}`)
  expect([before.counts, after.counts]).toEqual([once, { opened: 1, closed: 0 }])
})

test('an edit of the schema: a component that has not heard of it goes on with the new store', async () => {
  const storeId = newId()
  const [before, after] = [edited(1, 'before'), edited(2, 'after')]
  const app = (options: Edited) => (
    <>
      <Boundaries>
        <Refreshed options={before} storeId={storeId} />
      </Boundaries>
      <Boundaries>
        <Refreshed options={options} storeId={storeId} />
      </Boundaries>
    </>
  )
  const { rerender } = render(app(before))
  await waitFor(() => expect(screen.getAllByText('0 clicks, 0 todos')).toHaveLength(2))
  rerender(app(after))
  await waitFor(() => expect(after.counts.opened).toBe(1))
  fireEvent.click((await screen.findAllByRole('button', { name: '0 clicks, 0 todos' }))[0]!) // which is not hidden
  await waitFor(() => expect(screen.getAllByText('after')).toHaveLength(2))
  expect([before.counts, after.counts]).toEqual([once, { opened: 1, closed: 0 }])
})

test('an edit of the schema while the store boots: it opens with the new one', async () => {
  const storeId = newId()
  const [before, after] = [edited(1, 'before'), edited(2, 'after')]
  const app = (options: Edited) => (
    <Boundaries>
      <Refreshed options={options} storeId={storeId} />
    </Boundaries>
  )
  const { rerender } = render(app(before))
  rerender(app(after))
  fireEvent.click(await screen.findByText('0 clicks, 0 todos'))
  await screen.findByText('after')
  await waitFor(() => expect(before.counts).toEqual(once))
  screen.getByText('after')
  expect(after.counts).toEqual({ opened: 1, closed: 0 })
})

test('an edit of the schema that an open page loads twice is one: the store is opened once', async () => {
  const storeId = newId()
  const now = performance.timeOrigin + performance.now()
  const [before, after, again] = [edited(1, 'before'), edited(now, 'after'), edited(now, 'after')]
  const app = (options: Edited) => (
    <Boundaries>
      <Refreshed options={options} storeId={storeId} />
    </Boundaries>
  )
  const { rerender } = render(app(before))
  rerender(app(after))
  rerender(app(again))
  fireEvent.click(await screen.findByText('0 clicks, 0 todos'))
  await screen.findByText('after')
  expect([after.counts, again.counts]).toEqual([
    { opened: 1, closed: 0 },
    { opened: 0, closed: 0 },
  ])
})

test('an edit of the schema mends a store that did not open with the former one', async () => {
  const storeId = newId()
  const [before, after] = [edited(1, 'before'), edited(2, 'after')]
  const app = (options: Edited) => (
    <Boundaries key={options.schema.version}>
      <Refreshed options={options} storeId={storeId} />
    </Boundaries>
  )
  const broken = { ...before, adapter: () => Promise.reject(new Error('the schema is wrong')) }
  const { rerender } = render(app(broken))
  await screen.findByText('the schema is wrong')
  rerender(app(after))
  await screen.findByText('0 clicks, 0 todos')
  complaints = [] // React tells of caught errors
})

test('another storeId is another store, and the former is let go', async () => {
  const { adapter, counts } = countingAdapter()
  const [first, second] = [newId(), newId()]
  const ids: string[] = []
  const app = (storeId: string) => (
    <Boundaries>
      <Boot adapter={adapter} storeId={storeId} onStore={(store) => ids.push(store.storeId)} />
    </Boundaries>
  )
  const { rerender } = render(app(first))
  await screen.findByText('booted')
  rerender(app(second))
  screen.getByText('booting')
  await waitFor(() => expect(ids.at(-1)).toBe(second))
  await waitFor(() => expect(counts).toEqual({ opened: 2, closed: 1 }))
})

test('a store stays open for a second after its last component, and then shuts down', async () => {
  const { adapter, counts } = countingAdapter()
  const storeId = newId()
  let store: AppStore | undefined
  const onStore = (booted: Store) => {
    store = booted
  }
  const app = (
    <StrictMode>
      <Boundaries>
        <Boot adapter={adapter} storeId={storeId} onStore={onStore} />
      </Boundaries>
    </StrictMode>
  )
  const first = render(app)
  await screen.findByText('booted')
  const opened = store!
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })

  first.unmount()
  vi.advanceTimersByTime(999)
  const second = render(app)
  expect(store).toBe(opened)
  vi.advanceTimersByTime(60_000)
  expect(isOpen(opened)).toBe(true)

  second.unmount()
  vi.advanceTimersByTime(999)
  expect(isOpen(opened)).toBe(true)
  vi.advanceTimersByTime(1)
  expect(isOpen(opened)).toBe(false)
  vi.useRealTimers()

  render(app)
  screen.getByText('booting')
  await screen.findByText('booted')
  expect(store).not.toBe(opened)
  expect(counts).toEqual({ opened: 2, closed: 1 })
})

test('a store that is left may be opened with other options at once', async () => {
  const [before, after] = [countingAdapter(), countingAdapter()]
  const storeId = newId()
  const app = (adapter: Adapter) => (
    <Boundaries>
      <Boot adapter={adapter} storeId={storeId} />
    </Boundaries>
  )
  const { unmount } = render(app(before.adapter))
  await screen.findByText('booted')
  unmount()
  render(app(after.adapter))
  await screen.findByText('booted')
  expect([before.counts, after.counts]).toEqual([
    { opened: 1, closed: 1 },
    { opened: 1, closed: 0 },
  ])
})

test('a store whose tree never mounts is shut down too', async () => {
  const { adapter, counts } = countingAdapter()
  const storeId = newId()
  let store: AppStore | undefined
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { unmount } = render(
    <Boundaries>
      <Boot
        adapter={adapter}
        storeId={storeId}
        onStore={(booted) => {
          store = booted
        }}
      >
        <Never />
      </Boot>
    </Boundaries>,
  )
  await vi.waitFor(() => expect(store).toBeDefined())
  unmount()
  vi.advanceTimersByTime(5_000)
  expect(isOpen(store!)).toBe(true)
  vi.advanceTimersByTime(5_000)
  expect(isOpen(store!)).toBe(false)
  vi.useRealTimers()
  await waitFor(() => expect(counts).toEqual({ opened: 1, closed: 1 }))
})

// React 19
test.skipIf(!('Activity' in React))('a tree that was hidden longer than the grace time boots anew', async () => {
  const { Activity } = React
  const { adapter, counts } = countingAdapter()
  const storeId = newId()
  const app = (mode: 'visible' | 'hidden') => (
    <Boundaries>
      <Activity mode={mode}>
        <Boot adapter={adapter} storeId={storeId}>
          <Todos />
        </Boot>
      </Activity>
    </Boundaries>
  )
  const { rerender } = render(app('visible'))
  await screen.findByText('Add')
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  rerender(app('hidden'))
  vi.advanceTimersByTime(1_000)
  vi.useRealTimers()
  await waitFor(() => expect(counts.closed).toBe(1))
  rerender(app('visible'))
  screen.getByText('booting')
  await waitFor(() => expect(screen.queryByText('booting')).toBeNull())
  fireEvent.click(screen.getByText('Add'))
  await screen.findByText('Buy milk')
  expect(counts).toEqual({ opened: 2, closed: 1 })
})

test('useStore() without options finds the only store, and waits for it', async () => {
  const storeId = newId()
  const adapter = makeInMemoryAdapter()
  render(
    <Suspense fallback="booting">
      <Boot adapter={adapter} storeId={storeId} />
    </Suspense>,
  )
  render(
    <Boundaries>
      <StoreId />
    </Boundaries>,
  )
  await screen.findByText(`found ${storeId}`)
})

test('useStore() says what to do where there is more than one store', async () => {
  const [first, second] = [newId(), newId()]
  const adapter = makeInMemoryAdapter()
  render(
    <Boundaries>
      <Boot adapter={adapter} storeId={first} />
      <Boot adapter={adapter} storeId={second} />
    </Boundaries>,
  )
  await waitFor(() => expect(screen.getAllByText('booted')).toHaveLength(2))
  render(
    <Boundaries>
      <Todos />
    </Boundaries>,
  )
  screen.getByText(
    `headwater: which of the stores ${first}, ${second} is meant? Wrap this component in <StoreProvider>, or give the hook { store }.`,
  )
  complaints = []
})

test('each provider gives its own store, booted from options or opened by the app', async () => {
  const adapter = makeInMemoryAdapter()
  const options = { schema, adapter, storeId: newId() }
  const store = await createStorePromise({ schema, adapter, storeId: newId() })
  store.commit(events.todoCreated({ id: 'a', text: 'Given' }))
  const { unmount } = render(
    <Boundaries>
      <StoreProvider options={options}>
        <Todos />
      </StoreProvider>
      <StoreProvider store={store}>
        <Todos />
      </StoreProvider>
    </Boundaries>,
  )
  const [ofOptions] = await screen.findAllByText('Add')
  fireEvent.click(ofOptions!)
  await screen.findByText('Buy milk')
  expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual(['Buy milk', 'Given'])
  unmount()
  expect(isOpen(store)).toBe(true) // who opened it closes it
  await store.shutdown()
})

test('a commit in one component is seen by another, in the same paint', async () => {
  const { adapter } = countingAdapter()
  const storeId = newId()
  render(
    <Boundaries>
      <Boot adapter={adapter} storeId={storeId}>
        <Clicks />
        <Todos />
      </Boot>
    </Boundaries>,
  )
  fireEvent.click(await screen.findByText('0 clicks, 0 todos'))
  screen.getByText('1 clicks, 1 todos')
  await act(async () => undefined)
  screen.getByText('Clicked')
})
