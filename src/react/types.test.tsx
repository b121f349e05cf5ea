import { cleanup, render, screen } from '@testing-library/react'
import { count, eq, sql } from 'drizzle-orm'
import {
  type ConfirmedEvent,
  computed,
  createStorePromise,
  makeInMemoryAdapter,
  makeSchema,
  type Parked,
  type Receipt,
  type Skipped,
  type Store,
  type SyncStatus,
  select,
  signal,
  type Unconfirmed,
} from 'headwater'
import {
  createHooks,
  StoreProvider,
  type StoreProviderProps,
  useCommit,
  useParked,
  useQuery,
  useSkipped,
  useStore,
  useSyncStatus,
} from 'headwater/react'
import { Suspense } from 'react'
import { afterEach, expect, expectTypeOf, test } from 'vitest'
import { events, schema, tables } from './testing.tsx'

const { todos, notes } = tables
const options = { schema, adapter: makeInMemoryAdapter(), storeId: 'types' }
const given = await createStorePromise(options)

afterEach(cleanup)

function Stores() {
  const store = useStore(options)
  expectTypeOf(store).toEqualTypeOf<Store<typeof events>>()
  expectTypeOf(useStore<typeof schema>()).toEqualTypeOf<Store<typeof events>>()
  expectTypeOf(useStore()).toEqualTypeOf<Store>()
  return 'checked'
}

function Commits({ now }: { now: boolean }) {
  const store = useStore<typeof schema>()
  const commit = useCommit<typeof schema>()
  const commitAny = useCommit()
  expectTypeOf(commit).toEqualTypeOf<Store<typeof events>['commit']>()
  expectTypeOf(useCommit({ store })).toEqualTypeOf<Store<typeof events>['commit']>()
  if (now) {
    const receipt = commit(events.todoCreated({ id: 'a', text: 'Buy milk' }), events.todoCompleted({ id: 'a' }))
    expectTypeOf(receipt).toEqualTypeOf<Receipt>()
    expectTypeOf(commitAny(events.todoCreated({ id: 'a', text: 'Buy milk' }))).toEqualTypeOf<Receipt>()
    // @ts-expect-error the event has no such arg
    commit(events.todoCreated({ id: 'a', title: 'Buy milk' }))
    // @ts-expect-error the schema has no such event
    commit({ name: 'v1.TodoLost', args: { id: 'a' } })
  }
  return 'checked'
}

function Queries({ id }: { id: string | undefined }) {
  const byId = id !== undefined && select({ text: todos.text }).from(todos).where(eq(todos.id, id))
  const joined = select({ todo: todos, note: notes.text }).from(todos).leftJoin(notes, eq(notes.id, todos.id))
  const raw = sql<{ n: number }>`SELECT count(*) AS n FROM ${todos}`
  const rows = useQuery(select().from(todos))
  expectTypeOf(rows).toEqualTypeOf<readonly { id: string; text: string; completed: boolean }[]>()
  expectTypeOf(useQuery(select({ n: count() }).from(todos))).toEqualTypeOf<readonly { n: number }[]>()
  expectTypeOf(useQuery(joined)).toEqualTypeOf<readonly { todo: (typeof rows)[number]; note: string | null }[]>()
  expectTypeOf(useQuery(raw)).toEqualTypeOf<readonly { n: number }[]>()
  expectTypeOf(useQuery(raw, { store: useStore() })).toEqualTypeOf<readonly { n: number }[]>()
  expectTypeOf(useQuery(byId)).toEqualTypeOf<readonly { text: string }[] | undefined>()
  const one = select().from(todos).limit(1)
  const n = computed((get) => get(one).length)
  const filter = signal<'all' | 'open'>('all')
  expectTypeOf(useQuery(one, { first: true })).toEqualTypeOf<(typeof rows)[number] | undefined>()
  expectTypeOf(useQuery(byId, { first: true })).toEqualTypeOf<{ text: string } | undefined>()
  expectTypeOf(useQuery(one, { select: (rows) => rows.length })).toEqualTypeOf<number>()
  expectTypeOf(useQuery(byId, { select: (rows) => rows.length })).toEqualTypeOf<number | undefined>()
  expectTypeOf(useQuery(one, { first: true, select: (row) => row?.text })).toEqualTypeOf<string | undefined>()
  expectTypeOf(useQuery(n)).toEqualTypeOf<number>()
  expectTypeOf(useQuery(filter)).toEqualTypeOf<'all' | 'open'>()
  expectTypeOf(useQuery(n, { select: String })).toEqualTypeOf<string>()
  expectTypeOf(useQuery(id !== undefined && n)).toEqualTypeOf<number | undefined>()
  // @ts-expect-error rows are read-only
  expectTypeOf(rows.push)
  return 'checked'
}

function Status() {
  expectTypeOf(useSyncStatus()).toEqualTypeOf<SyncStatus>()
  expectTypeOf(useSyncStatus(({ session }) => session.pending)).toEqualTypeOf<number>()
  expectTypeOf(
    useSyncStatus(({ connection }) => ({ name: connection.name }), { store: useStore() }).name,
  ).toEqualTypeOf<SyncStatus['connection']['name']>()
  return 'checked'
}

function Kept({ now }: { now: boolean }) {
  const { commits, retry, discard, export: exportAll } = useParked<typeof schema>()
  expectTypeOf(commits).toEqualTypeOf<readonly Parked<typeof events>[]>()
  expectTypeOf(useParked({ store: useStore() }).commits.length).toEqualTypeOf<number>()
  expectTypeOf(useSkipped()).toEqualTypeOf<readonly Skipped[]>()
  if (now) {
    expectTypeOf(retry('a')).toEqualTypeOf<Promise<Receipt>>()
    expectTypeOf(discard('a', 'b')).toEqualTypeOf<Promise<void>>()
    expectTypeOf(exportAll()).toEqualTypeOf<Promise<string>>()
    for (const { events: own, outcome } of commits) {
      expectTypeOf(outcome).toEqualTypeOf<'parked' | 'rejected'>()
      for (const event of own)
        if (event.name === 'v1.TodoCreated') expectTypeOf(event.args.text).toEqualTypeOf<string>()
    }
  }
  return 'checked'
}

const hooks = createHooks(schema)

function Typed({ now }: { now: boolean }) {
  const store = hooks.useStore()
  expectTypeOf(store).toEqualTypeOf<Store<typeof events>>()
  const commit = hooks.useCommit()
  expectTypeOf(commit).toEqualTypeOf<Store<typeof events>['commit']>()
  expectTypeOf(hooks.useCommit({ store })).toEqualTypeOf<Store<typeof events>['commit']>()
  expectTypeOf(hooks.useParked().commits).toEqualTypeOf<readonly Parked<typeof events>[]>()
  expectTypeOf(hooks.usePending()).toEqualTypeOf<readonly Unconfirmed<typeof events>[]>()
  expectTypeOf(hooks.usePending((commits) => commits.length)).toEqualTypeOf<number>()
  expectTypeOf(hooks.useQuery(select({ text: todos.text }).from(todos))).toEqualTypeOf<readonly { text: string }[]>()
  expectTypeOf(hooks.useSyncStatus(({ session }) => session.pending)).toEqualTypeOf<number>()
  hooks.usePending((commits) => commits.some(({ events: own }) => own.some(({ name }) => name === 'v1.TodoCreated')))
  // @ts-expect-error no such event
  hooks.usePending((commits) => commits.some(({ events: own }) => own.some(({ name }) => name === 'v1.TodoLost')))
  hooks.useEvents('all', (event) => {
    expectTypeOf(event).toEqualTypeOf<ConfirmedEvent<typeof events>>()
  })
  hooks.useEvents('created', ({ args }) => expectTypeOf(args).toEqualTypeOf<{ id: string; text: string }>(), {
    names: ['v1.TodoCreated'],
  })
  // @ts-expect-error no such event
  hooks.useEvents('lost', () => {}, { names: ['v1.TodoLost'] })
  if (now) {
    // @ts-expect-error the schema has no such event
    commit({ name: 'v1.TodoLost', args: { id: 'a' } })
  }
  return 'checked'
}

const other = makeSchema({ version: '1', tables: {}, events: {}, materializers: {} })
// @ts-expect-error the options are those of another schema
const useOther = () => hooks.useStore({ ...options, schema: other })
expectTypeOf(useOther).toBeFunction()

test('createHooks gives the same hooks, which infer the events of the schema', async () => {
  expect(hooks.useStore).toBe(useStore)
  expect(createHooks(schema).useCommit).toBe(useCommit)
  render(
    <hooks.StoreProvider store={given}>
      <Typed now={false} />
    </hooks.StoreProvider>,
  )
  screen.getByText('checked')
})

test('hooks infer events, rows and what is selected', async () => {
  render(
    <StoreProvider store={given}>
      <Commits now={false} />, <Queries id="a" />, <Status />, <Kept now={false} />
    </StoreProvider>,
  )
  screen.getByText('checked, checked, checked, checked')
})

test('useStore(options) infers the events of the schema', async () => {
  render(
    <Suspense fallback="booting">
      <Stores />
    </Suspense>,
  )
  await screen.findByText('checked')
})

test('StoreProvider takes options or a store, of any events', () => {
  expectTypeOf({ options }).toExtend<StoreProviderProps>()
  expectTypeOf({ store: given }).toExtend<StoreProviderProps>()
  expectTypeOf({ store: given, options }).not.toExtend<StoreProviderProps>()
  expectTypeOf({}).not.toExtend<StoreProviderProps>()
})
