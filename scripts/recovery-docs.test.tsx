/** The components and functions of docs/recovery.md, run. */
import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { download, upload } from '../docs/snippets/recovery/backup.ts'
import { ParkedList } from '../docs/snippets/recovery/ParkedList.tsx'
import { createStorePromise, makeInMemoryAdapter, type Store, select } from '../src/index.ts'
import { StoreProvider } from '../src/react/index.ts'
import { events, schema, tables } from '../src/replica/testing.ts'
import type { Downstream } from '../src/replica/upstream.ts'

const stores: Store<typeof events>[] = []

afterEach(async () => {
  cleanup()
  vi.restoreAllMocks()
  for (const store of stores.splice(0)) await store.shutdown()
})

async function open() {
  let downstream: Downstream | undefined
  const store = await createStorePromise({
    schema,
    adapter: makeInMemoryAdapter(),
    storeId: 'recovery',
    sync: {
      backend(given) {
        downstream = given
        return { wake() {}, setOnline() {}, close() {} }
      },
    },
  })
  stores.push(store)
  const reject = (commitId: string) =>
    downstream!.pull({
      backendId: 'backend1',
      confirmed: [],
      settled: [{ commitId, outcome: 'rejected', reason: 'not today' }],
      cursor: downstream!.cursor(),
    })
  return { store, reject, texts: () => store.query(select().from(tables.todos)).map(({ text }) => text) }
}

test('the list of parked commits: retried where it applies, told where it does not, and discarded', async () => {
  const { store, reject, texts } = await open()
  render(
    <StoreProvider store={store}>
      <ParkedList />
    </StoreProvider>,
  )
  const park = async (...input: Parameters<typeof store.commit>) => {
    const receipt = store.commit(...input)
    await act(() => receipt.persisted)
    await act(async () => reject(receipt.commitId))
    await screen.findByText(/was not saved: not today/)
  }
  await park(events.created({ id: 'a', text: 'Buy milk' }))
  expect(texts()).toEqual([])
  await act(async () => screen.getByRole('button', { name: 'Try again' }).click())
  await vi.waitFor(() => expect(texts()).toEqual(['Buy milk']))
  await vi.waitFor(() => expect(screen.queryByText(/was not saved/)).toBeNull())

  await park(events.required({ id: 'a' }))
  const removed = store.commit(events.removed({ id: 'a' }))
  await act(() => removed.persisted)
  await act(async () => screen.getByRole('button', { name: 'Try again' }).click())
  await screen.findByText(/there is no todo a/)
  await act(async () => screen.getByRole('button', { name: 'Discard' }).click())
  await vi.waitFor(() => expect(screen.queryByText(/was not saved/)).toBeNull())
})

test('a download can be uploaded again, and another file is refused with the reason', async () => {
  const { store } = await open()
  await store.commit(events.created({ id: 'a', text: 'Buy milk' })).persisted
  const files: Blob[] = []
  URL.createObjectURL = (blob: Blob) => {
    files.push(blob)
    return 'blob:file'
  }
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined)
  await download(store)
  const another = await open()
  expect(await upload(another.store, new File(files, 'recovery.db'))).toBeUndefined()
  expect(another.texts()).toEqual(['Buy milk'])
  expect(await upload(another.store, new File(['no log'], 'other.db'))).toMatch(/^this is not a log of Headwater/)
})
