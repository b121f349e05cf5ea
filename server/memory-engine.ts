/** The event log in memory: for tests, demos and a first look. Everything is gone with the process. */
import type { Append, Appended, EventLog, StoredCommit } from '../src/backend/event-log.ts'
import {
  decide,
  emptyLog,
  entriesAfter,
  findRepeated,
  indexAfter,
  type Placed,
  place,
  takePage,
} from '../src/backend/order.ts'
import type { Env } from '../src/replica/env.ts'
import { realEnv } from '../src/replica/real-env.ts'
import type { Cursor } from '../src/sync/wire.ts'
import { createHints } from './hints.ts'

type Store = {
  readonly backendId: string
  head: Cursor
  readonly log: Placed<StoredCommit>[]
  readonly commitIds: Set<string>
}

export function createMemoryEngine({ env = realEnv() }: { readonly env?: Env | undefined } = {}): EventLog {
  const stores = new Map<string, Store>()
  const hints = createHints()

  const get = (storeId: string): Store => {
    const store = stores.get(storeId)
    if (!store) throw new Error(`there is no store "${storeId}"`)
    return store
  }

  return {
    async open(storeId, { create }) {
      if (create && !stores.has(storeId)) stores.set(storeId, newStore(env.randomId(21)))
      const store = stores.get(storeId)
      return store ? { backendId: store.backendId, head: store.head } : null
    },
    async append(storeId, push) {
      const store = stores.get(storeId)
      if (!store) return { type: 'no_store' }
      const appended = append(store, push)
      if (appended.type === 'appended') hints.tell(storeId, appended.head)
      return appended
    },
    async read(storeId, { after, ...limits }) {
      const { log, head } = get(storeId)
      return { commits: takePage(entriesAfter(log, after), limits), head }
    },
    async commitAt(storeId, seq) {
      const { log } = get(storeId)
      const before = log[indexAfter(log, seq) - 1]
      return before?.last === seq ? before.entry.commitId : null
    },
    watch: hints.watch,
    health: async () => ({ ok: true, detail: `${stores.size} stores in memory` }),
    close: async () => hints.close(),
  }
}

function newStore(backendId: string): Store {
  return { backendId, head: emptyLog, log: [], commitIds: new Set() }
}

function append(store: Store, { backendId, parent, commits }: Append): Appended {
  if (backendId !== store.backendId) return { type: 'backend_mismatch', backendId: store.backendId }
  const decision = decide(store.head, { parent, commits })
  if (decision.type !== 'append') return decision
  const known = commits.find(({ commitId }) => store.commitIds.has(commitId))?.commitId ?? findRepeated(commits)
  if (known !== undefined) return { type: 'commit_conflict', commitId: known }
  store.log.push(...place(parent, commits))
  for (const { commitId } of commits) store.commitIds.add(commitId)
  store.head = decision.head
  return { type: 'appended', head: store.head }
}
