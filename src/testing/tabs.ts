/** Tabs whose leader runs in their thread. */
import type { Leader } from '../leader/resettable.ts'
import type { Env } from '../replica/env.ts'
import type { LeaderApi } from '../replica/leader-api.ts'
import { events, schema as plain, tables } from '../replica/testing.ts'
import { select } from '../schema/query.ts'
import type { Schema } from '../schema/schema.ts'
import type { Adapter, AdapterOptions, Attachment } from '../session/adapter.ts'
import type { SyncStatus } from '../session/status.ts'
import { createStorePromise, type Store } from '../session/store.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'

const sqlite = await loadSqlite()

function attachment(onLeader: (take: (leader: LeaderApi) => void) => void, close: () => void): Attachment {
  return {
    openMemory: () => sqlite.open(),
    hosts: () => true,
    onLeader(take) {
      onLeader(take)
      return () => undefined
    },
    close: async () => close(),
  }
}

/** All stores of this adapter are tabs of one client. What `open` gives leads from the first that is opened until the last is closed. */
export function oneClient(open: (options: AdapterOptions) => Leader | Promise<Leader>): Adapter {
  let leader: Promise<Leader> | undefined
  let tabs = 0
  return async (options) => {
    tabs += 1
    leader ??= Promise.resolve(open(options))
    const { connect, close } = await leader
    return attachment(
      (take) => take(connect()),
      () => {
        tabs -= 1
        if (tabs > 0) return
        leader = undefined
        close()
      },
    )
  }
}

/** Resolves with the status of a store once it is as `is` says. */
export function until({ status }: Pick<Store, 'status'>, is: (status: SyncStatus) => boolean): Promise<SyncStatus> {
  return new Promise((resolve) => {
    const check = () => {
      const now = status.getState()
      if (!is(now)) return
      stop()
      resolve(now)
    }
    const stop = status.subscribe(check)
    check()
  })
}

type TabOptions = { readonly env: Env; readonly live: (ms: number) => Promise<void>; readonly schema?: Schema }

/** A tab of a leader that the test opened, in a world whose time passes when the test says so. */
export async function openTab(leader: Pick<Leader, 'connect'>, { env, live, schema = plain as Schema }: TabOptions) {
  let take: ((leader: LeaderApi) => void) | undefined
  const adapter: Adapter = async () =>
    attachment(
      (given) => {
        take = given
        given(leader.connect())
      },
      () => undefined,
    )
  const opened = createStorePromise({ schema: schema as typeof plain, storeId: 'store', env, adapter })
  await live(0)
  const store = await opened
  const persisted: string[] = []
  return {
    store,
    /** The ids of what was added, once it is persisted. */
    persisted: persisted as readonly string[],
    /** Another one leads now. */
    follow: (next: typeof leader) => take!(next.connect()),
    add(id: string, text = id) {
      const receipt = store.commit(events.created({ id, text }))
      void receipt.persisted.then(() => persisted.push(id))
    },
    todos: () => store.query(select().from(tables.todos)),
    status: () => store.status.getState(),
  }
}
