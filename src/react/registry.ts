import { type BootStatus, createStorePromise, type Shutdown, type Store, type StoreOptions } from '../index.ts'

/** A store whose last component is gone stays open this long: StrictMode, Suspense and hot reload mount again at once. */
const graceMs = 1_000

/** A boot that no component has mounted yet is kept this long: its tree may be waiting for something else. */
const unmountedMs = 10_000

/** React renders more than once before it shows an error. Who asks later than this boots anew. */
const failedMs = 100

/** What was committed before an edit has this long to reach the leader, whose tab may be behind, or in a debugger. */
const drainMs = 10_000

/** Where the Vite plugin has React refresh what an edit of the schema has met. Of a build, what is done about it is no part. */
export const inDevelopment = (import.meta as { readonly env?: { readonly DEV?: boolean } }).env?.DEV === true

export type BootState =
  | { readonly name: 'booting' /** Never rejects. */; readonly settled: Promise<void> }
  | { readonly name: 'booted'; readonly store: Store }
  | { readonly name: 'failed'; readonly error: unknown }
  | { readonly name: 'closed' }

/** A store of the registry, from the moment that it is asked for. */
export type Boot = {
  readonly options: StoreOptions
  readonly state: () => BootState
  /**
   * Keeps it open, and calls back when the store has ended by itself. Returns the way to let go; some time after the last one
   * did, the store is shut down.
   */
  readonly hold: (onEnded: () => void) => () => void
}

type Entry = Boot & {
  current: BootState
  /** Who is mounted. */
  readonly listeners: Set<() => void>
  boot: BootStatus | undefined
  /** How many components are mounted; undefined until the first one is. */
  holders: number | undefined
  /** When its error was first asked for. */
  failedAt: number | undefined
  /** How long it stays open unused. */
  patience: number
  timer: ReturnType<typeof setTimeout> | undefined
}

/** The stores that components boot, by storeId. */
export function createRegistry() {
  const entries = new Map<string, Entry>()
  const closing = new Map<string, Promise<void>>()
  const bootListeners = new Set<() => void>()

  /** The same boot for equal options. Throws if the store is open with others. */
  const open = (options: StoreOptions): Boot => {
    const entry = entries.get(options.storeId)
    if (!entry) return start(options)
    if (inDevelopment && isEdited(entry.options, options)) return replace(entry, options)
    if (inDevelopment && isHeld(entry.options, options)) return entry
    if (entry.current.name === 'failed') {
      entry.failedAt ??= performance.now()
      return performance.now() - entry.failedAt < failedMs ? entry : start(options)
    }
    const member = otherMember(entry.options, options)
    if (!member) return entry
    if (entry.holders !== 0) throw refuse(entry, member)
    close(entry)
    return start(options)
  }

  /** The only store that is used, or the boot that failed instead. Throws if there is none, or more than one. */
  const only = (): Boot => {
    const all = [...entries.values()]
    const failed = all.filter(({ current }) => current.name === 'failed')
    const used = all.filter((entry) => entry.holders !== 0 && !failed.includes(entry))
    if (used.length > 1) throw new Error(manyStores(used.map(({ options }) => options.storeId)))
    const found = used[0] ?? failed[0]
    if (!found) throw new Error(copies.count > 1 ? noStoreOfThisCopy : noStore)
    return found
  }

  const start = (options: StoreOptions): Boot => {
    const onBootStatus = (status: BootStatus) => {
      entry.boot = status
      for (const listener of bootListeners) listener()
      options.onBootStatus?.(status)
    }
    const settled = openAfter(closing.get(options.storeId), { ...options, onBootStatus }).then(
      (store) => {
        settle(entry, { name: 'booted', store })
        void store.closed.then((error) => ended(entry, error))
      },
      (error: unknown) => settle(entry, { name: 'failed', error }),
    )
    const entry: Entry = {
      options,
      current: { name: 'booting', settled },
      listeners: new Set(),
      boot: undefined,
      holders: undefined,
      failedAt: undefined,
      patience: unmountedMs,
      timer: undefined,
      state: () => entry.current,
      hold: (onEnded) => hold(entry, onEnded),
    }
    clearTimeout(entries.get(options.storeId)?.timer)
    entries.set(options.storeId, entry)
    return entry
  }

  const settle = (entry: Entry, state: BootState) => {
    if (inDevelopment && isReplaced(entry)) {
      if (state.name === 'booted') void shutdown(state.store)
      return
    }
    entry.current = state
    wait(entry)
  }

  /** The store was wiped, or shut down by somebody else: its components throw why, and whoever asks again boots anew. */
  const ended = (entry: Entry, error: Error) => {
    if (entry.current.name !== 'booted') return
    entry.current = { name: 'failed', error }
    entry.failedAt = performance.now()
    for (const tell of entry.listeners) tell()
  }

  /** The schema was edited: the store is closed, once the leader has what was committed to it, and opened with the new one. */
  const replace = (entry: Entry, options: StoreOptions) => {
    if (entry.current.name === 'booted') drain(entry.current.store)
    close(entry)
    queueMicrotask(() => entry.listeners.forEach((tell) => void tell())) // a component is rendered just now
    return start(options)
  }

  /** Closes it unless it is used in time. */
  const wait = (entry: Entry) => {
    if (inDevelopment && isReplaced(entry)) return
    clearTimeout(entry.timer)
    entry.timer = setTimeout(() => close(entry), entry.patience)
  }

  const hold = (entry: Entry, onEnded: () => void) => {
    clearTimeout(entry.timer)
    const tell = () => onEnded()
    entry.listeners.add(tell)
    entry.holders = (entry.holders ?? 0) + 1
    entry.patience = graceMs
    return () => {
      entry.listeners.delete(tell)
      entry.holders!--
      if (entry.holders === 0) wait(entry)
    }
  }

  const close = (entry: Entry) => {
    const { current, options } = entry
    clearTimeout(entry.timer)
    entries.delete(options.storeId)
    entry.current = { name: 'closed' }
    if (current.name !== 'booted') return
    const done = shutdown(current.store).finally(() => {
      if (closing.get(options.storeId) === done) closing.delete(options.storeId)
    })
    closing.set(options.storeId, done)
  }

  /** The error for a mount with other options. */
  const refuse = (entry: Entry, member: string): Error => {
    // Perhaps all that asked for it so far are renders that threw, and it is in the way of the corrected code.
    if (entry.holders === undefined) {
      entry.patience = graceMs
      if (entry.current.name === 'booted') wait(entry)
    }
    return new Error(otherOptions(entry.options.storeId, member))
  }

  return {
    open,
    only,
    bootStatus: (storeId?: string) =>
      (storeId === undefined ? [...entries.values()].at(-1) : entries.get(storeId))?.boot,
    onBoot(listener: () => void) {
      bootListeners.add(listener)
      return () => bootListeners.delete(listener)
    },
  }
}

/** What was committed to the last store of this name is in the leader before the next one boots. */
async function openAfter(closing: Promise<void> | undefined, options: StoreOptions): Promise<Store> {
  await closing
  return createStorePromise(options)
}

async function shutdown(store: Store): Promise<void> {
  await store.shutdown().catch((error) => console.error(`headwater: store "${store.storeId}" did not close`, error))
}

/** Before its schema is replaced. `close` waits for this too, and says what goes wrong with it. */
function drain(store: Store) {
  const tell = ({ unpersisted: { length } }: Shutdown) => {
    if (length > 0)
      console.error(
        `headwater: store "${store.storeId}" lost ${length} commits by an edit of its schema: no leader took them in ${drainMs} ms`,
      )
  }
  store.shutdown({ timeoutMs: drainMs }).then(tell, () => undefined)
}

/** An edit of the schema's files has made `after` in the place of `before`: every edit is a later build. */
export function isEdited(before: StoreOptions, after: StoreOptions): boolean {
  return (after.schema.builtAt ?? 0) > (before.schema.builtAt ?? 0)
}

/**
 * Whether the store has the later schema already: `asked` is of before an edit of which the component has not heard, or of the same
 * edit. Where two edits follow at once, an open page may load what the second made under both their addresses.
 */
function isHeld(open: StoreOptions, asked: StoreOptions): boolean {
  if (isEdited(asked, open)) return true
  const { builtAt = 0, fingerprint } = open.schema
  return (
    asked.schema.builtAt === builtAt && asked.schema.fingerprint === fingerprint && builtAt > performance.timeOrigin
  )
}

/** It was closed while it was used, or booted: an edit put another one in its place. */
const isReplaced = (entry: Entry): boolean => entry.current.name === 'closed'

/** The first member that is not the same thing. Literals around them, `sync` and `session` included, may be new at every render. */
function otherMember(a: object, b: object): string | undefined {
  const left = a as Record<string, object | undefined>
  const right = b as Record<string, object | undefined>
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    if (left[key] === right[key]) continue
    if (key !== 'sync' && key !== 'session') return key
    const member = otherMember(left[key] ?? {}, right[key] ?? {})
    if (member) return `${key}.${member}`
  }
  return undefined
}

function otherOptions(storeId: string, member: string): string {
  return `headwater: store "${storeId}" is open with another ${member}. Make the options once, outside of components, or use another storeId. (After a hot reload: reload the page.)`
}

const noStore =
  'headwater: no store is open. Call useStore(options) in a component above this one, or wrap it in <StoreProvider>.'

const noStoreOfThisCopy =
  'headwater: no store is open in this copy of headwater/react, and the page has loaded it more than once: each copy knows its own stores only. Let all of the app import the same one (with Vite: resolve.dedupe: ["headwater"]).'

/** How often the page has loaded this module: two of them do not see each other's stores. */
const copies = countCopies()

function countCopies(): { readonly count: number } {
  const page = globalThis as { [key: symbol]: { count: number } | undefined }
  const key = Symbol.for('headwater.react')
  const counter = page[key] ?? { count: 0 }
  counter.count++
  page[key] = counter
  return counter
}

function manyStores(storeIds: readonly string[]): string {
  return `headwater: which of the stores ${storeIds.join(', ')} is meant? Wrap this component in <StoreProvider>, or give the hook { store }.`
}
