import {
  onlineManager,
  QueryClient,
  QueryClientProvider,
  type UseQueryResult,
  useInfiniteQuery,
  useSuspenseQuery,
  useQuery as useTanStackQuery,
} from '@tanstack/react-query'
import { act, cleanup, render, screen, waitFor } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { eq, gt, sql } from 'drizzle-orm'
import { type ReactNode, StrictMode, Suspense } from 'react'
import { afterEach, beforeEach, expect, expectTypeOf, test, vi } from 'vitest'
import { type Adapter, createStorePromise, makeInMemoryAdapter, makeSchema, type Store, select } from '../../index.ts'
import { createHooks, StoreProvider, useQuery } from '../index.ts'
import { ErrorBoundary, events, schema, tables } from '../testing.tsx'
import { createLeaderHooks, leaderInfiniteQueryOptions, leaderQueryOptions, useLeaderQuery } from './index.ts'

const { todos, notes } = tables

/** The in-memory adapter, and what its leader was asked. */
function countingReads() {
  const inMemory = makeInMemoryAdapter()
  const asked = {
    reads: [] as string[],
    ended: [] as string[],
    /** How often the leader said that something is out of date. */
    invalidations: 0,
    /** Answers come only after it. */
    gate: Promise.resolve(),
  }
  const adapter: Adapter = async (options) => {
    const attachment = await inMemory(options)
    return {
      ...attachment,
      onLeader: (take, onFailed, silence) =>
        attachment.onLeader(
          (leader) =>
            take({
              ...leader,
              join: (request, receive) =>
                leader.join(request, (json) => {
                  if (json.startsWith('{"type":"invalidated"')) asked.invalidations++
                  receive(json)
                }),
              async read(request) {
                asked.reads.push(request.sql)
                const answer = await leader.read(request)
                await asked.gate
                return answer
              },
              endReads(ids) {
                asked.ended.push(...ids)
                return leader.endReads(ids)
              },
            }),
          onFailed,
          silence,
        ),
    }
  }
  return { adapter, asked }
}

let store: Store<typeof events>
let asked: ReturnType<typeof countingReads>['asked']
let client: QueryClient
beforeEach(async () => {
  const counting = countingReads()
  asked = counting.asked
  client = new QueryClient()
  const session = { state: 'leader' as const }
  store = await createStorePromise({ schema, adapter: counting.adapter, storeId: 'in-the-leader', session })
})
afterEach(async () => {
  cleanup()
  client.clear()
  onlineManager.setOnline(true)
  vi.restoreAllMocks()
  await store.shutdown()
})

const add = (...ids: string[]) => store.commit(...ids.map((id) => events.todoCreated({ id, text: `text of ${id}` })))
const all = () => select().from(todos).orderBy(todos.id)

const show = (children: ReactNode) =>
  render(
    <QueryClientProvider client={client}>
      <StoreProvider store={store}>{children}</StoreProvider>
    </QueryClientProvider>,
  )

function Ids() {
  const { data, status } = useLeaderQuery(all())
  return <p>{data ? `ids: ${data.map(({ id }) => id)}` : status}</p>
}

const shown = { seen: [] as (readonly { readonly id: string }[])[], counts: 0 }

function Texts({ id }: { id: string }) {
  const { data } = useLeaderQuery(select().from(todos).where(eq(todos.id, id)))
  return <p>{data?.map(({ text }) => text)}</p>
}

function Count() {
  shown.counts++
  const { data } = useLeaderQuery(all(), { select: (rows) => rows.length })
  return <p>{data} todos</p>
}

function Rows() {
  const { data } = useLeaderQuery(all())
  if (data) shown.seen.push(data)
  return null
}

const pages = {
  query: (after: string) => select().from(todos).where(gt(todos.id, after)).orderBy(todos.id).limit(2),
  initialPageParam: '',
  getNextPageParam: (rows: readonly { readonly id: string }[]) => rows[1]?.id,
}

function Pages() {
  const { data, fetchNextPage } = useInfiniteQuery(leaderInfiniteQueryOptions(store, pages))
  return (
    <button type="button" onClick={() => void fetchNextPage()}>
      {data?.pages.map((rows) => rows.map(({ id, completed }) => (completed ? `${id}!` : id)).join('')).join(' ')}
    </button>
  )
}

function Suspending() {
  const { data } = useSuspenseQuery(leaderQueryOptions(store, all()))
  return <p>{data.length} todos</p>
}

function Writing() {
  const { error } = useLeaderQuery(sql`DELETE FROM ${todos} RETURNING id`)
  return <p>{error?.message}</p>
}

function Here() {
  return useQuery(all()).length
}

test('a component shows what the leader has, and what is committed', async () => {
  add('a')
  show(
    <StrictMode>
      <Ids />
    </StrictMode>,
  )
  await screen.findByText('ids: a')
  act(() => void add('b'))
  await screen.findByText('ids: a,b')
})

test('a query is its SQL, its bindings and its store: two components read once', async () => {
  add('a', 'b')
  show([<Texts key={1} id="a" />, <Texts key={2} id="a" />, <Texts key={3} id="b" />])
  await waitFor(() => expect(screen.getAllByText('text of a')).toHaveLength(2))
  await screen.findByText('text of b')
  expect(asked.reads).toHaveLength(2)

  // Neither of them has this row.
  await act(() => add('c').persisted)
  await act(() => store.commit(events.todoCompleted({ id: 'b' })).persisted)
  await waitFor(() => expect(asked.reads).toHaveLength(3))
})

test('unchanged rows keep their identity, and a component renders only for what it selects', async () => {
  add('a', 'b')
  const { seen } = shown
  seen.length = 0
  show([<Count key={1} />, <Rows key={2} />])
  await screen.findByText('2 todos')
  const before = shown.counts
  await act(() => store.commit(events.todoCompleted({ id: 'b' })).persisted)
  await waitFor(() => expect(seen.at(-1)?.[1]).toMatchObject({ completed: true }))
  expect(seen.at(-1)?.[0]).toBe(seen[0]?.[0])
  expect(shown.counts).toBe(before)
})

test('what is not mounted is read again when it is mounted next, if a commit has met it', async () => {
  add('a')
  const { rerender, unmount } = show(<Ids />)
  await screen.findByText('ids: a')
  rerender(<p>nothing</p>)
  unmount()
  await add('b').persisted
  await waitFor(() => expect(client.getQueryCache().getAll()[0]?.state.isInvalidated).toBe(true))
  const again = show(<Ids />)
  await screen.findByText('ids: a,b')
  again.unmount()
  const { length } = asked.reads
  await store.commit(events.noteWritten({ id: '1', text: 'elsewhere' })).persisted
  show(<Ids />)
  await screen.findByText('ids: a,b')
  expect(asked.reads).toHaveLength(length)
})

test('pages are read as they are asked for, and all of them again when one is out of date', async () => {
  add('a', 'b', 'c', 'd', 'e')
  show(<Pages />)
  await userEvent.click(await screen.findByText('ab'))
  await userEvent.click(await screen.findByText('ab cd'))
  await screen.findByText('ab cd e')
  await act(() => store.commit(events.todoCompleted({ id: 'a' })).persisted)
  await screen.findByText('a!b cd e')
  await act(() => store.commit(events.todoCompleted({ id: 'e' })).persisted)
  await screen.findByText('a!b cd e!')
})

test('it suspends, where TanStack Query does', async () => {
  add('a')
  show(
    <Suspense fallback="waiting">
      <Suspending />
    </Suspense>,
  )
  screen.getByText('waiting')
  await screen.findByText('1 todos')
  act(() => void add('b'))
  await screen.findByText('2 todos')
})

test('who goes before the answer ends the reading', async () => {
  const { unmount } = show(<Ids />)
  unmount()
  await waitFor(() => expect(asked.ended).not.toEqual([]))
  show(<Ids />)
  await screen.findByText('ids:')
})

test('what is out of date when it comes is read again', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  asked.gate = promise
  show(<Ids />)
  await waitFor(() => expect(asked.reads).toHaveLength(1))
  await add('a').persisted
  await waitFor(() => expect(asked.invalidations).toBe(1))
  resolve()
  await screen.findByText('ids: a')
  act(() => void add('b'))
  await screen.findByText('ids: a,b')
})

test('a page that is on its way comes, though another is out of date', async () => {
  await add('a', 'b', 'c').persisted
  show(<Pages />)
  const more = await screen.findByText('ab')
  const { promise, resolve } = Promise.withResolvers<void>()
  asked.gate = promise
  await userEvent.click(more)
  await act(() => store.commit(events.todoCompleted({ id: 'a' })).persisted)
  // Of both pages, together or one after the other: who took long is told later.
  await waitFor(() => expect(asked.invalidations).toBeGreaterThan(0))
  resolve()
  await screen.findByText('a!b c')
})

test('what leaves the cache is watched no more', async () => {
  const { unmount } = show(<Ids />)
  await screen.findByText('ids:')
  const { length } = asked.ended
  unmount()
  client.clear()
  await waitFor(() => expect(asked.ended.length).toBeGreaterThan(length))
})

test('what a client brought along, and nobody watches, is read again', async () => {
  add('a')
  client.setQueryData(leaderQueryOptions(store, all()).queryKey, [{ id: 'old', text: '', completed: false }])
  show(
    <StrictMode>
      <Ids />
    </StrictMode>,
  )
  screen.getByText('ids: old')
  await screen.findByText('ids: a')
})

test('the leader answers without a network', async () => {
  onlineManager.setOnline(false)
  show(<Ids />)
  await screen.findByText('ids:')
})

test('what the leader refuses is told, and not asked again', async () => {
  show(<Writing />)
  await screen.findByText(/a query only reads/)
  expect(asked.reads).toHaveLength(1)
})

test('after a reset of the store, what is shown is what there is', async () => {
  add('a')
  show(<Ids />)
  await screen.findByText('ids: a')
  await act(() => store.reset())
  await screen.findByText('ids:')
  act(() => void add('b'))
  await screen.findByText('ids: b')
})

test('useQuery says what to use where the tab has no tables', () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  show(
    <ErrorBoundary>
      <Here />
    </ErrorBoundary>,
  )
  screen.getByText(/keeps no copy of its tables in the tab.*useLeaderQuery/)
})

const joined = select({ todo: todos, note: notes.text }).from(todos).leftJoin(notes, eq(notes.id, todos.id))
type Todo = { id: string; text: string; completed: boolean }

function Typed({ id }: { id: string | undefined }) {
  expectTypeOf(useLeaderQuery(all())).toEqualTypeOf<UseQueryResult<readonly Todo[], Error>>()
  expectTypeOf(useLeaderQuery(joined).data).toEqualTypeOf<readonly { todo: Todo; note: string | null }[] | undefined>()
  expectTypeOf(useLeaderQuery(sql<{ n: number }>`SELECT 1 AS n`).data).toEqualTypeOf<
    readonly { n: number }[] | undefined
  >()
  expectTypeOf(useLeaderQuery(id !== undefined && all()).data).toEqualTypeOf<readonly Todo[] | undefined>()
  expectTypeOf(useLeaderQuery(all(), { select: (rows) => rows.length }).data).toEqualTypeOf<number | undefined>()
  expectTypeOf(useTanStackQuery(leaderQueryOptions(store, all())).data).toEqualTypeOf<readonly Todo[] | undefined>()
  const { data } = useInfiniteQuery(leaderInfiniteQueryOptions(store, pages))
  expectTypeOf(data?.pages).toEqualTypeOf<(readonly Todo[])[] | undefined>()
  return 'checked'
}

test('rows are those that the query selects', () => {
  show(<Typed id={undefined} />)
  screen.getByText('checked')
})

const typed = createLeaderHooks(schema)
const plain = createHooks(schema)

const other = makeSchema({ version: '1', tables: {}, events: {}, materializers: {} })

function TypedHooks({ here, there }: { here: Store<typeof events>; there: Store<typeof other.events> | undefined }) {
  expectTypeOf(typed.useStore()).toEqualTypeOf<Store<typeof events>>()
  expectTypeOf(typed.useCommit()).toEqualTypeOf<Store<typeof events>['commit']>()
  expectTypeOf(typed.useLeaderQuery(joined)).toEqualTypeOf(useLeaderQuery(joined))
  expectTypeOf(typed.useLeaderQuery(false)).toEqualTypeOf(useLeaderQuery(false))
  const { data } = typed.useLeaderQuery(all(), { store: here, select: (rows) => rows.length })
  expectTypeOf(data).toEqualTypeOf<number | undefined>()
  expectTypeOf(typed.leaderQueryOptions(here, all())).toEqualTypeOf(leaderQueryOptions(here, all()))
  expectTypeOf(typed.leaderInfiniteQueryOptions(here, pages)).toEqualTypeOf(leaderInfiniteQueryOptions(here, pages))
  // @ts-expect-error a store of another schema
  if (there) typed.leaderQueryOptions(there, all())
  // @ts-expect-error the same
  typed.useLeaderQuery(false, { store: there })
  // @ts-expect-error no such column
  typed.useLeaderQuery(all(), { select: (rows) => rows[0]?.title })
  return 'checked'
}

test('the leader hooks of a schema know its events, and are the same functions', () => {
  show(<TypedHooks here={store} there={undefined} />)
  screen.getByText('checked')
  const { useQuery: _, useInfiniteQuery: _more, useClientDocument: _document, ...shared } = plain
  expect(typed).toEqual({ ...shared, useLeaderQuery, leaderQueryOptions, leaderInfiniteQueryOptions })
})

test('there are no hooks for the tables of the tab among the leader hooks', () => {
  // @ts-expect-error they would throw
  expect([typed.useQuery, typed.useInfiniteQuery, typed.useClientDocument]).toEqual([undefined, undefined, undefined])
})
