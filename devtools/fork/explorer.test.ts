import { afterEach, expect, test } from 'vitest'
import { createStorePromise, makeInMemoryAdapter, type Store } from '../../src/index.ts'
import { contentOf, events, schema } from '../../src/replica/testing.ts'
import { createExplorer, type Explorer } from './explorer.ts'

const opened: { readonly store: Store; readonly explorer: Explorer }[] = []
afterEach(async () => {
  for (const { store, explorer } of opened.splice(0)) {
    explorer.close()
    await store.shutdown()
  }
})

async function open() {
  const store = await createStorePromise({ schema, adapter: makeInMemoryAdapter(), storeId: 'test' })
  const explorer = createExplorer(store, store.inspect.page!, {})
  opened.push({ store, explorer })
  return { store, explorer }
}

test('the past of a store is that of its log, and follows it', async () => {
  const { store, explorer } = await open()
  const { past } = explorer
  store.commit(events.created({ id: 'a', text: 'one' }))
  await store.commit(events.renamed({ id: 'a', text: 'two' })).persisted
  await past.read()
  expect(past.state.getState()).toMatchObject({ phase: 'read', commits: 2 })
  expect(contentOf((await past.at(1))!).todos).toEqual([['a', 'one', 0]])
  await store.commit(events.removed({ id: 'a' })).persisted
  await past.read()
  expect(past.journal!.ofRow('todos', '["a"]').map(({ commit, values }) => [commit, values?.[1]])).toEqual([
    [2, undefined],
    [1, 'two'],
    [0, 'one'],
  ])
  const { revision } = past.state.getState()
  await past.read()
  expect(past.state.getState().revision).toBe(revision) // nothing is new
})
