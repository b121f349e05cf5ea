import { createStorePromise, type Store, type StoreOptions } from '../index.ts'

/** A store whose last component is gone stays open this long: StrictMode, Suspense and hot reload mount again at once. */
const graceMs = 1_000

/** A booted store that no component has mounted yet stays open this long: its tree may be waiting for something else. */
const unmountedMs = 10_000

/** React renders more than once before it shows an error. Who asks for the store later than this boots it anew. */
const failedMs = 100

export type BootState =
  | { readonly name: 'booting' /** Never rejects. */; readonly settled: Promise<void> }
  | { readonly name: 'booted'; readonly store: Store }
  | { readonly name: 'failed'; readonly error: unknown }
  | { readonly name: 'closed' }

/** A store of the registry, from the moment that it is asked for. */
export type Boot = {
  readonly options: StoreOptions
  readonly state: () => BootState
  /** Keeps it open. Returns the way to let go; some time after the last one did the store is shut down. */
  readonly hold: () => () => void
}

type OwnBoot = Boot & {
  /** Was held, and is not any more: open only for the grace time. */
  isLeft(): boolean
  /** When its error was first asked for. */
  failedAt: number | undefined
  close(): void
}

/** The stores that components boot, by storeId. */
export function createRegistry() {
  const boots = new Map<string, OwnBoot>()
  const closing = new Map<string, Promise<void>>()

  const onClosed = (boot: Boot, closed: Promise<void>) => {
    const { storeId } = boot.options
    if (boots.get(storeId) === boot) boots.delete(storeId)
    const done = closed.finally(() => {
      if (closing.get(storeId) === done) closing.delete(storeId)
    })
    closing.set(storeId, done)
  }

  const start = (options: StoreOptions): Boot => {
    const boot = startBoot(options, closing.get(options.storeId), onClosed)
    boots.set(options.storeId, boot)
    return boot
  }

  /** The same boot for equal options. Throws if the store is open with others. */
  const open = (options: StoreOptions): Boot => {
    const boot = boots.get(options.storeId)
    if (!boot) return start(options)
    if (boot.state().name === 'failed') {
      boot.failedAt ??= performance.now()
      return performance.now() - boot.failedAt < failedMs ? boot : start(options)
    }
    const other = otherMember(boot.options, options)
    if (!other) return boot
    if (!boot.isLeft()) throw new Error(otherOptions(options.storeId, other))
    boot.close()
    return start(options)
  }

  /** The only store there is. Throws if there is none, or more than one. */
  const only = (): Boot => {
    const all = [...boots.values()]
    const alive = all.filter((boot) => !boot.isLeft() && boot.state().name !== 'failed')
    const [first, ...rest] = alive.length > 0 ? alive : all
    if (!first) {
      throw new Error(
        'headwater: no store is open here; call useStore(options) in a component above, or wrap this one in <StoreProvider>',
      )
    }
    if (rest.length > 0) {
      const ids = [first, ...rest].map(({ options }) => `"${options.storeId}"`).join(', ')
      throw new Error(
        `headwater: which of the stores ${ids} is meant? Wrap this component in <StoreProvider>, or give the hook { store }`,
      )
    }
    return open(first.options)
  }

  return { open, only }
}

function startBoot(
  options: StoreOptions,
  before: Promise<void> | undefined,
  onClosed: (boot: Boot, closed: Promise<void>) => void,
): OwnBoot {
  let holders = 0
  let wasHeld = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const close = () => {
    clearTimeout(timer)
    if (state.name !== 'booted') return
    const { store } = state
    state = { name: 'closed' }
    onClosed(
      boot,
      store.shutdown().catch((error) => console.error(`headwater: store "${options.storeId}" did not close`, error)),
    )
  }

  const settled = openAfter(before, options).then(
    (store) => {
      state = { name: 'booted', store }
      timer = setTimeout(close, unmountedMs)
    },
    (error: unknown) => {
      state = { name: 'failed', error }
    },
  )
  let state: BootState = { name: 'booting', settled }

  const boot: OwnBoot = {
    options,
    failedAt: undefined,
    state: () => state,
    isLeft: () => wasHeld && holders === 0,
    close,
    hold() {
      holders++
      wasHeld = true
      clearTimeout(timer)
      return () => {
        holders--
        if (holders === 0) timer = setTimeout(close, graceMs)
      }
    },
  }
  return boot
}

/** What was committed to the last store of this name is in the leader before the next one boots. */
async function openAfter(before: Promise<void> | undefined, options: StoreOptions): Promise<Store> {
  await before
  return createStorePromise(options)
}

/** The first member that is not the same thing. Literals around them, `sync` included, may be new at every render. */
function otherMember(a: object, b: object): string | undefined {
  const [left, right] = [a, b] as Record<string, unknown>[]
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    if (left![key] === right![key]) continue
    if (key !== 'sync') return key
    const member = otherMember(left!.sync ?? {}, right!.sync ?? {})
    if (member) return `sync.${member}`
  }
  return undefined
}

function otherOptions(storeId: string, member: string): string {
  return `headwater: store "${storeId}" is open with another ${member}; make the options once, outside of components, or use another storeId (if their module was just hot-reloaded: reload the page)`
}
