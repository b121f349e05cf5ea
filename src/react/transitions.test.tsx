import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { asc, eq } from 'drizzle-orm'
import { type ReactNode, Suspense, startTransition, useDeferredValue, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createStorePromise, makeInMemoryAdapter, type Store, select } from '../index.ts'
import { createHooks } from './index.ts'
import { events, schema, tables } from './testing.tsx'

const { StoreProvider, useQuery, useStore } = createHooks(schema)
const { todos, notes } = tables

let store: Store<typeof events>
beforeEach(async () => {
  store = await createStorePromise({ schema, adapter: makeInMemoryAdapter(), storeId: 'transitions' })
})
afterEach(async () => {
  cleanup()
  await store.shutdown()
})

const textOf = (id: string) => select({ text: todos.text }).from(todos).where(eq(todos.id, id))

const note = select().from(notes).where(eq(notes.id, 'a'))

/** React renders in pieces of 5 ms, if nobody is in a hurry. */
function Slow() {
  const until = performance.now() + 2
  while (performance.now() < until);
  return <li>{useQuery(note, { first: true })?.text}</li>
}

const places = Array.from({ length: 40 }, (_, nth) => `place ${nth}`)

function Growing() {
  const [shown, show] = useState(1)
  return (
    <>
      <button type="button" onClick={() => startTransition(() => show(places.length))}>
        grow
      </button>
      <ul>
        {places.slice(0, shown).map((place) => (
          <Slow key={place} />
        ))}
      </ul>
    </>
  )
}

/** Without `act`, which would render all in one piece. */
function renderInPieces(children: ReactNode) {
  const environment = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }
  const before = environment.IS_REACT_ACT_ENVIRONMENT ?? false
  environment.IS_REACT_ACT_ENVIRONMENT = false
  const container = document.body.appendChild(document.createElement('div'))
  const root = createRoot(container)
  root.render(children)
  return {
    container,
    unmount() {
      root.unmount()
      container.remove()
      environment.IS_REACT_ACT_ENVIRONMENT = before
    },
  }
}

test('commits in the midst of a transition: what is painted shows one state, and in the end the last', async () => {
  store.commit(events.noteWritten({ id: 'a', text: '0' }))
  const { container, unmount } = renderInPieces(
    <StoreProvider store={store}>
      <Growing />
    </StoreProvider>,
  )
  const texts = () => [...container.querySelectorAll('li')].map(({ textContent }) => textContent)
  await waitFor(() => expect(texts()).toEqual(['0']))
  const painted: string[][] = []
  const observer = new MutationObserver(() => painted.push([...new Set(texts())] as string[]))
  observer.observe(container, { subtree: true, childList: true, characterData: true })
  container.querySelector('button')!.click()
  for (let n = 1; n <= 10; n++) {
    await new Promise((resolve) => setTimeout(resolve)) // a task, in which React may render a piece
    store.commit(events.noteChanged({ id: 'a', text: `${n}` }))
  }
  await waitFor(() => expect(texts()).toEqual(places.map(() => '10')))
  expect(painted.filter((states) => states.length > 1)).toEqual([])
  expect(painted.length).toBeGreaterThan(2)
  observer.disconnect()
  unmount()
})

function Searching() {
  const [id, find] = useState('a')
  const deferred = useDeferredValue(id)
  const row = useQuery(textOf(deferred), { first: true })
  const all = useQuery(select().from(todos).orderBy(asc(todos.id)))
  return (
    <>
      <input aria-label="id" value={id} onChange={({ target }) => find(target.value)} />
      <output>{`${row?.text} of ${all.length}`}</output>
    </>
  )
}

test('a query of a deferred value follows it, and what is committed', async () => {
  store.commit(events.todoCreated({ id: 'a', text: 'Apples' }), events.todoCreated({ id: 'b', text: 'Bread' }))
  render(
    <StoreProvider store={store}>
      <Searching />
    </StoreProvider>,
  )
  screen.getByText('Apples of 2')
  fireEvent.change(screen.getByLabelText('id'), { target: { value: 'b' } })
  await screen.findByText('Bread of 2')
  fireEvent.change(screen.getByLabelText('id'), { target: { value: 'c' } })
  store.commit(events.todoCreated({ id: 'c', text: 'Cheese' }))
  await screen.findByText('Cheese of 3')
})

const adapter = makeInMemoryAdapter()

function Opened({ storeId }: { storeId: string }) {
  return <p>{useStore({ schema, adapter, storeId }).storeId}</p>
}

function Switching() {
  const [storeId, open] = useState('one')
  return (
    <>
      <button type="button" onClick={() => startTransition(() => open('two'))}>
        switch
      </button>
      <Suspense fallback="booting">
        <Opened storeId={storeId} />
      </Suspense>
    </>
  )
}

test('a transition to another store shows the one before until it is open', async () => {
  const { container } = render(<Switching />)
  await screen.findByText('one')
  const seen: (string | null)[] = []
  const observer = new MutationObserver(() => seen.push(container.textContent))
  observer.observe(container, { subtree: true, childList: true, characterData: true, attributes: true })
  fireEvent.click(screen.getByText('switch'))
  await screen.findByText('two')
  expect(seen.join()).not.toContain('booting')
  observer.disconnect()
})
