import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { asc, eq, sql } from 'drizzle-orm'
import { Profiler, type ReactNode, StrictMode } from 'react'
import { flushSync } from 'react-dom'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { computed, createStorePromise, makeInMemoryAdapter, type Store, select, signal } from '../index.ts'
import { StoreProvider, useCommit, useQuery } from './index.ts'
import { events, schema, tables } from './testing.tsx'

const { todos, notes } = tables
const { todoCreated, todoCompleted, noteWritten } = events

let complaints: unknown[][] = []
let store: Store<typeof events>

beforeEach(async () => {
  vi.spyOn(console, 'error').mockImplementation((...args) => complaints.push(args))
  store = await createStorePromise({ schema, adapter: makeInMemoryAdapter(), storeId: 'useQuery' })
  store.commit(todoCreated({ id: 'a', text: 'Apples' }), todoCreated({ id: 'b', text: 'Bread' }))
})

afterEach(async () => {
  cleanup()
  await store.shutdown()
  vi.restoreAllMocks()
  const found = complaints
  complaints = []
  expect(found).toEqual([])
})

const provided = (children: ReactNode) => <StoreProvider store={store}>{children}</StoreProvider>

/** Commits, and lets React render what came of it. */
const commit = (...events: Parameters<typeof store.commit>) =>
  act(async () => {
    store.commit(...events)
  })

const all = () => select().from(todos).orderBy(asc(todos.id))

type Rows = readonly (typeof todos.$inferSelect)[]

function Texts({ onRows }: { onRows?: (rows: Rows) => void }) {
  const rows = useQuery(all())
  onRows?.(rows)
  return rows.map(({ text }) => text).join(', ')
}

test('shows the rows now and after every commit', async () => {
  render(provided(<Texts />))
  screen.getByText('Apples, Bread')
  await commit(todoCreated({ id: 'c', text: 'Cheese' }))
  screen.getByText('Apples, Bread, Cheese')
})

test('works under StrictMode', async () => {
  render(<StrictMode>{provided(<Texts />)}</StrictMode>)
  await commit(todoCreated({ id: 'c', text: 'Cheese' }))
  screen.getByText('Apples, Bread, Cheese')
})

test('a query that is built at every render runs once and subscribes once', async () => {
  const seen = new Set<Rows>()
  const onRows = (rows: Rows) => seen.add(rows)
  const subscribe = vi.spyOn(store.live(all()), 'subscribe')
  let runs = 0
  store.trace(({ type }) => type === 'queried' && runs++)
  const { rerender } = render(provided(<Texts onRows={onRows} />))
  for (let i = 0; i < 5; i++) rerender(provided(<Texts onRows={(rows) => onRows(rows)} />))
  expect(seen.size).toBe(1)
  expect(subscribe).toHaveBeenCalledTimes(1)
  expect(runs).toBe(1)
})

test('rows that did not change keep their identity, and the array too if none did', async () => {
  const seen: Rows[] = []
  render(provided(<Texts onRows={(rows) => seen.push(rows)} />))
  await commit(todoCompleted({ id: 'b' }))
  const [before, after] = [seen[0]!, seen.at(-1)!]
  expect(after[1]).toEqual({ id: 'b', text: 'Bread', completed: true })
  expect(after[0]).toBe(before[0])
  await commit(todoCompleted({ id: 'b' }))
  expect(seen.at(-1)).toBe(after)
})

function NoteCount() {
  return useQuery(select().from(notes)).length
}

test('only components whose rows changed render', async () => {
  const renders = { todos: 0, notes: 0, bread: 0 }
  const count = (id: string) => renders[id as keyof typeof renders]++
  render(
    provided(
      <>
        <Profiler id="todos" onRender={count}>
          <Texts />
        </Profiler>
        <Profiler id="notes" onRender={count}>
          <NoteCount />
        </Profiler>
        <Profiler id="bread" onRender={count}>
          <ById id="b" />
        </Profiler>
      </>,
    ),
  )
  expect(renders).toEqual({ todos: 1, notes: 1, bread: 1 })
  await commit(todoCompleted({ id: 'a' }))
  expect(renders).toEqual({ todos: 2, notes: 1, bread: 1 })
  await commit(noteWritten({ id: 'n', text: 'Note' }))
  expect(renders).toEqual({ todos: 2, notes: 2, bread: 1 })
})

test('several commits of a task are one render of all components that show them', async () => {
  const phases: string[] = []
  render(
    provided(
      <Profiler id="texts" onRender={(_, phase) => phases.push(phase)}>
        <Texts />
        <Texts />
      </Profiler>,
    ),
  )
  await act(async () => {
    store.commit(todoCreated({ id: 'c', text: 'Cheese' }))
    store.commit(todoCreated({ id: 'd', text: 'Dates' }))
  })
  expect(phases).toEqual(['mount', 'update'])
  screen.getByText('Apples, Bread, Cheese, DatesApples, Bread, Cheese, Dates')
})

function ById({ id, completed = false }: { id: string | undefined; completed?: boolean }) {
  const rows = useQuery(id && select().from(todos).where(eq(todos.id, id)))
  if (!rows) return 'nothing asked'
  return `${rows[0]?.text ?? 'not found'}${completed && rows[0]?.completed ? ', completed' : ''}`
}

test('other bindings are another query, answered in the same render', async () => {
  const { rerender, container } = render(provided(<ById id="a" />))
  expect(container.textContent).toBe('Apples')
  rerender(provided(<ById id="b" completed />))
  expect(container.textContent).toBe('Bread')
  await commit(todoCompleted({ id: 'b' }))
  expect(container.textContent).toBe('Bread, completed')
})

test('a falsy query reads nothing and gives undefined, until it is one', async () => {
  const { rerender, container } = render(provided(<ById id={undefined} />))
  expect(container.textContent).toBe('nothing asked')
  rerender(provided(<ById id="c" />))
  expect(container.textContent).toBe('not found')
  await commit(todoCreated({ id: 'c', text: 'Cheese' }))
  expect(container.textContent).toBe('Cheese')
  rerender(provided(<ById id={undefined} />))
  expect(container.textContent).toBe('nothing asked')
})

function Count({ from }: { from?: Store }) {
  return `${useQuery(sql<{ n: number }>`SELECT count(*) AS n FROM ${todos}`, { store: from })[0]!.n} todos`
}

test('raw sql works, and { store } is another store than the provider’s', async () => {
  const other = await createStorePromise({ schema, adapter: makeInMemoryAdapter(), storeId: 'other' })
  const { container } = render(
    provided(
      <>
        <Count />, <Count from={other} />
      </>,
    ),
  )
  expect(container.textContent).toBe('2 todos, 0 todos')
  await act(async () => {
    other.commit(todoCreated({ id: 'z', text: 'Zucchini' }))
  })
  expect(container.textContent).toBe('2 todos, 1 todos')
  await other.shutdown()
})

test('what was committed is in the next render, without waiting', () => {
  const { container, rerender } = render(provided(<Texts />))
  store.commit(todoCreated({ id: 'c', text: 'Cheese' }))
  flushSync(() => rerender(provided(<Texts />)))
  expect(container.textContent).toBe('Apples, Bread, Cheese')
})

test('an error of SQL goes to the component that asked', () => {
  const ask = () => render(provided(<Wrong />))
  expect(ask).toThrow(/no such table: nowhere/)
  complaints = [] // React tells of it
})

function Wrong() {
  return useQuery(sql`SELECT * FROM nowhere`).length
}

function Committer({ onCommit }: { onCommit: (commit: Store['commit']) => void }) {
  onCommit(useCommit())
  return useQuery(all()).length
}

test('useCommit is the same function at every render, and gives receipts', async () => {
  const seen = new Set<Store['commit']>()
  const onCommit = (commit: Store['commit']) => seen.add(commit)
  const { container, rerender } = render(provided(<Committer onCommit={onCommit} />))
  rerender(provided(<Committer onCommit={onCommit} />))
  const [commitOf] = seen
  const receipt = await act(async () => commitOf!(todoCreated({ id: 'c', text: 'Cheese' })))
  expect(container.textContent).toBe('3')
  expect(seen.size).toBe(1)
  expect(receipt.events.map(({ name }) => name)).toEqual(['v1.TodoCreated'])
  await receipt.persisted
})

function First({ id }: { id: string }) {
  const row = useQuery(select().from(todos).where(eq(todos.id, id)), { first: true })
  return row ? row.text : 'none'
}

test('first gives one row, or undefined', async () => {
  const { container, rerender } = render(provided(<First id="a" />))
  expect(container.textContent).toBe('Apples')
  rerender(provided(<First id="c" />))
  expect(container.textContent).toBe('none')
  await commit(todoCreated({ id: 'c', text: 'Cheese' }))
  expect(container.textContent).toBe('Cheese')
})

type OnRender = { readonly onRender?: (shown?: unknown) => void }

function Initials({ onRender }: OnRender) {
  const initials = useQuery(all(), { select: (rows) => rows.map(({ text }) => text[0]) })
  onRender?.(initials)
  return initials.join('')
}

test('with select, a component renders only when what it selects is another', async () => {
  let renders = 0
  const seen = new Set<unknown>()
  const onRender = (initials: unknown) => {
    renders++
    seen.add(initials)
  }
  const { container, rerender } = render(provided(<Initials onRender={onRender} />))
  await commit(todoCompleted({ id: 'a' }))
  expect([container.textContent, renders]).toEqual(['AB', 1])
  rerender(provided(<Initials onRender={onRender} />))
  expect(seen.size).toBe(1)
  await commit(todoCreated({ id: 'c', text: 'Cheese' }))
  expect([container.textContent, renders]).toEqual(['ABC', 3])
})

const total = computed((get) => get(all()).length)
const shout = signal(false)
const summary = computed((get) => `${get(total)} todos${get(shout) ? '!' : ''}`)

function Summary() {
  return <p>{useQuery(summary, { select: (text) => text.replace('todos', 'things') })}</p>
}

test('computed values and signals are asked for like queries', async () => {
  const { container, unmount } = render(provided(<Summary />))
  expect(container.textContent).toBe('2 things')
  await commit(todoCreated({ id: 'c', text: 'Cheese' }))
  expect(container.textContent).toBe('3 things')
  await act(async () => shout.set(true))
  expect(container.textContent).toBe('3 things!')
  unmount()
  shout.set(false)
})

function Inline({ from, onRender }: { from: string } & OnRender) {
  onRender?.()
  return useQuery(computed((get) => get(all()).filter(({ id }) => id >= from))).map(({ text }) => text)
}

test('a computed value that is made at every render works, and does not render for ever', async () => {
  let renders = 0
  const { container } = render(provided(<Inline from="b" onRender={() => renders++} />))
  await commit(todoCreated({ id: 'c', text: 'Cheese' }))
  expect([container.textContent, renders]).toEqual(['BreadCheese', 2])
})

const typed = signal('')

function Field({ onRender }: OnRender) {
  const commitNote = useCommit()
  const note = useQuery(select().from(notes).limit(1), { first: true })
  onRender?.()
  const write = (text: string) => {
    if (!note) commitNote(noteWritten({ id: 'n', text: '' }))
    commitNote(events.noteChanged({ id: 'n', text }))
  }
  return <input aria-label="note" value={note?.text ?? ''} onChange={({ target }) => write(target.value)} />
}

function SignalField() {
  const text = useQuery(typed)
  return <input aria-label="typed" value={text} onChange={({ target }) => typed.set(target.value)} />
}

describe('an input that shows a live query', () => {
  test.each([
    ['note', <Field key="f" />],
    ['typed', <SignalField key="s" />],
  ])('keeps the caret where one types: %s', async (name, field) => {
    const user = userEvent.setup()
    render(<StrictMode>{provided(field)}</StrictMode>)
    const input = screen.getByLabelText<HTMLInputElement>(name)
    await user.type(input, 'buy cheese')
    await user.type(input, 'some ', { initialSelectionStart: 4, initialSelectionEnd: 4 })
    expect(input.value).toBe('buy some cheese')
    expect(input.selectionStart).toBe(9)
    await user.clear(input)
    expect(input.value).toBe('')
  })

  test('renders once for an event, and other events still batch', async () => {
    let renders = 0
    render(provided(<Field onRender={() => renders++} />))
    const input = screen.getByLabelText<HTMLInputElement>('note')
    await act(async () => fireEvent.input(input, { target: { value: 'x' } }))
    expect([input.value, renders]).toEqual(['x', 2])
    let runs = 0
    const stop = store.trace(({ type }) => type === 'queried' && runs++)
    const click = () => {
      for (let n = 0; n < 10; n++) store.commit(events.noteChanged({ id: 'n', text: `${n}` }))
    }
    const button = document.body.appendChild(document.createElement('button'))
    button.addEventListener('click', click)
    await act(async () => button.click())
    stop()
    button.remove()
    expect([input.value, renders, runs]).toEqual(['9', 3, 1])
  })
})
