import { act, cleanup, render, waitFor } from '@testing-library/react'
import { StrictMode } from 'react'
import { afterEach, beforeEach, expect, expectTypeOf, test, vi } from 'vitest'
import { z } from 'zod'
import {
  type ConfirmedEvent,
  clientDocuments,
  createStorePromise,
  Events,
  makeInMemoryAdapter,
  makeSchema,
  type Store,
} from '../index.ts'
import { StoreProvider, useEvents } from './index.ts'
import { declared, events } from './testing.tsx'

// Client-only events are confirmed without a backend.
const seen = clientDocuments('seen', z.object({ n: z.number() }))
const noted = Events.clientOnly({ name: 'v1.Noted', schema: z.object({ n: z.number() }) })
const schema = makeSchema({
  ...declared,
  tables: { ...declared.tables, seen },
  events: { ...events, noted },
  materializers: { ...declared.materializers, 'v1.Noted': () => [] },
})

type AppStore = Store<(typeof schema)['events']>
type Handle = (n: number) => unknown

let adapter = makeInMemoryAdapter()
beforeEach(() => {
  adapter = makeInMemoryAdapter()
  localStorage.clear()
})
afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
})

const open = () => createStorePromise({ schema, adapter, storeId: 'useEvents' })

function Effect({ handle, since }: { handle: Handle; since: 'start' | undefined }) {
  useEvents<typeof schema>(
    'notify',
    (event) => {
      expectTypeOf(event).toEqualTypeOf<ConfirmedEvent<(typeof schema)['events']>>()
      return event.name === 'v1.Noted' ? handle(event.args.n) : undefined
    },
    { names: ['v1.Noted'], since },
  )
  return null
}

const page = (store: AppStore, handle: Handle, since?: 'start') => (
  <StrictMode>
    <StoreProvider store={store}>
      <Effect handle={handle} since={since} />
    </StoreProvider>
  </StrictMode>
)

test('an effect runs once for an event, and after a reload only for those it has not had', async () => {
  const store = await open()
  await store.commit(noted({ n: 0 })).confirmed
  const handled: number[] = []
  const { unmount } = render(page(store, (n) => handled.push(n)))
  await act(() => store.commit(noted({ n: 1 }), noted({ n: 2 })).confirmed)
  await waitFor(() => expect(handled).toEqual([1, 2]))
  unmount()
  await act(() => store.commit(noted({ n: 3 })).confirmed)
  render(page(store, (n) => handled.push(n)))
  await waitFor(() => expect(handled).toEqual([1, 2, 3]))
  await act(() => store.shutdown())
})

test('one that is to begin at the start of the log does, in a browser that has not run it', async () => {
  const store = await open()
  await store.commit(noted({ n: 0 }), noted({ n: 1 })).confirmed
  const handled: number[] = []
  render(page(store, (n) => handled.push(n), 'start'))
  await waitFor(() => expect(handled).toEqual([0, 1]))
  await act(() => store.shutdown())
})

test('an event at which it throws is told, comes again, and no other is lost', async () => {
  const store = await open()
  const reported = vi.fn()
  vi.stubGlobal('reportError', reported)
  const failed = new Error('no network')
  const { unmount } = render(
    page(store, () => {
      throw failed
    }),
  )
  await act(() => store.commit(noted({ n: 1 }), noted({ n: 2 })).confirmed)
  await waitFor(() => expect(reported).toHaveBeenCalledWith(failed))
  unmount()
  const handled: number[] = []
  render(page(store, (n) => handled.push(n)))
  await waitFor(() => expect(handled).toEqual([1, 2]))
  vi.unstubAllGlobals()
  await act(() => store.shutdown())
})
