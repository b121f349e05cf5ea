import { useEffect, useRef } from 'react'
import {
  type ConfirmedEvent,
  EventSequenceNumber,
  type EventsOptions,
  type Schema,
  type Store,
  StoreClosed,
} from '../index.ts'
import { type StoreOf, useGivenStore } from './useStore.ts'

type EventNames<Of extends Schema> = NonNullable<Parameters<StoreOf<Of>['events']>[0]>['names']

export type UseEventsOptions<Names> = {
  /** Only events of these names. */
  readonly names?: Names
  /** Where the effect begins in a browser that has never run it: with the next event, or at the `'start'` of the log. */
  readonly since?: 'start' | undefined
  readonly store?: Store | undefined
}

/**
 * Runs an effect for every confirmed event, one after the other: once in a browser, whichever of its tabs does it, and after a
 * reload it goes on where it was. An event that is confirmed is never moved or taken back by a rebase.
 *
 * `name` says which effect it is, for ever. Only when `handle` is done, and its promise too, the event counts as handled: it
 * gets again an event at which it threw, or in the middle of which its tab died.
 */
// biome-ignore lint/suspicious/noExplicitAny: without a schema, a store of any events
export function useEvents<Of extends Schema = any>(
  name: string,
  handle: (event: ConfirmedEvent<Of['events']>) => unknown,
  { names, since, store: given }: UseEventsOptions<EventNames<Of>> = {},
) {
  const store = useGivenStore(given)
  const latest = useRef(handle)
  useEffect(() => {
    latest.current = handle
  }, [handle])
  const wanted = names && JSON.stringify(names)
  useEffect(() => {
    const ended = new AbortController()
    const { signal } = ended
    const names: readonly string[] | undefined = wanted === undefined ? undefined : JSON.parse(wanted)
    const run = () => handleEvents(store, name, (event) => latest.current(event as never), { names, since, signal })
    alone(`headwater.events/${store.storeId}/${name}`, signal, run).catch((error: unknown) => {
      if (!signal.aborted && !(error instanceof StoreClosed)) reportError(error)
    })
    return () => ended.abort()
  }, [store, name, wanted, since])
}

/** In one tab at a time, where the browser has locks; without them there is nobody to share with. */
async function alone(lock: string, signal: AbortSignal, run: () => Promise<void>) {
  if (!globalThis.navigator?.locks) return run()
  await navigator.locks.request(lock, { signal }, run)
}

async function handleEvents(
  store: Store,
  name: string,
  handle: (event: ConfirmedEvent<Schema['events']>) => unknown,
  { since, ...options }: EventsOptions,
) {
  const place = placeOf(`headwater.events/${store.storeId}/${name}`)
  const head = store.status.getState().backend.confirmed
  const { root, compare } = EventSequenceNumber
  const known = place.read() ?? (since === 'start' ? root : head)
  // Later than all there is: the backend began anew.
  const from = compare(known, head) > 0 ? head : known
  place.write(from)
  for await (const event of store.events({ ...options, since: from })) {
    await handle(event)
    place.write(event.seqNum)
  }
}

/** Where an effect is, kept by the browser. */
function placeOf(key: string) {
  const storage = globalThis.localStorage
  return {
    read(): EventSequenceNumber.Client | undefined {
      const text = storage.getItem(key)
      return text === null ? undefined : EventSequenceNumber.parse(text)
    },
    write: (place: EventSequenceNumber.Client) =>
      storage.setItem(key, EventSequenceNumber.print({ ...place, rebaseGeneration: 0 })),
  }
}
