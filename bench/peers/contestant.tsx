// biome-ignore-all lint/correctness/noComponentHookFactories: bench-peers asks a contestant for its hooks

import { asc, count, eq } from 'drizzle-orm'
import { createStorePromise, makeWebAdapter, type Receipt, select } from 'headwater'
import { StoreProvider, useQuery } from 'headwater/react'
import type { ReactNode } from 'react'
import { channelName, type Steering } from './backend.ts'
import { schemaOf } from './schema.ts'
import workerUrl from './worker.ts?worker&url'

type Todo = { readonly id: string; readonly text: string; readonly completed: boolean; readonly createdAt: number }
type Options = { readonly dbName: string; readonly variant: number; readonly mockSync: boolean }
type RowProps = { readonly id: string; readonly onRender: () => void }

/** Headwater for bench-peers, as an app would use it; its persistence is always on. */
export function contestant(name: string, list: 'rows' | 'ids') {
  return {
    name,
    persisted: true,
    open: (options: Options) => open(options, list),
  }
}

async function open({ dbName, variant, mockSync }: Options, list: 'rows' | 'ids') {
  const { schema, events, todos } = schemaOf(variant)
  const address = `${workerUrl}?variant=${variant}${mockSync ? '&mockSync' : ''}`
  const store = await createStorePromise({
    schema,
    storeId: dbName,
    adapter: makeWebAdapter({ worker: () => new Worker(address, { type: 'module' }), warnBeforeUnload: false }),
  })
  let rebases = 0
  // What is measured otherwise is measured as apps run it, with nobody listening.
  if (mockSync)
    store.trace(({ type }) => {
      if (type === 'rebased') rebases += 1
    })
  let last: Receipt | undefined
  const openTodos = () => select().from(todos).where(eq(todos.completed, false)).orderBy(asc(todos.createdAt)).limit(50)
  const openIds = () =>
    select({ id: todos.id }).from(todos).where(eq(todos.completed, false)).orderBy(asc(todos.createdAt)).limit(50)
  const useRows = () => useQuery(openTodos())
  const useIds = () => useQuery(openIds(), { select: withoutText })
  const useTodo = (id: string) => useQuery(select().from(todos).where(eq(todos.id, id)), { first: true })
  const Row = ({ id, onRender }: RowProps) => {
    const todo = useTodo(id)
    onRender()
    return <li data-id={id}>{todo?.text}</li>
  }
  return {
    mode: 'sync' as const,
    create(todo: Todo) {
      last = store.commit(events.created(todo))
    },
    createMany(created: readonly Todo[]) {
      last = store.commit(...created.map((todo) => events.created(todo)))
    },
    setText(id: string, text: string) {
      last = store.commit(events.renamed({ id, text }))
    },
    read: (id: string) => store.query(select().from(todos).where(eq(todos.id, id)))[0],
    count: () => store.query(select({ n: count() }).from(todos))[0]!.n,
    durable: async () => last?.persisted,
    useList: list === 'rows' ? useRows : useIds,
    useTodo,
    Root: ({ children }: { children: ReactNode }) => <StoreProvider store={store}>{children}</StoreProvider>,
    ...(list === 'ids' && { Row }),
    notes: 'durable = the receipt of the last commit is persisted: written to the OPFS log with synchronous=FULL',
    rebase: {
      goOffline: () => steer({ type: 'offline' }),
      pending: () => store.status.getState().leader.unconfirmed,
      upstream: (args: Todo) => steer({ type: 'commit', args }),
      rebaseCount: () => rebases,
    },
  }
}

const withoutText = (ids: readonly { id: string }[]) => ids.map(({ id }) => ({ id, text: '' }))

/** Resolves when the leader has done it. */
function steer(steering: Steering): Promise<void> {
  const channel = new BroadcastChannel(channelName)
  return new Promise((resolve) => {
    channel.onmessage = () => {
      channel.close()
      resolve()
    }
    channel.postMessage(steering)
  })
}
