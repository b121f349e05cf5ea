import type { Schema } from '../../schema/schema.ts'
import type { SqliteModule } from '../../sqlite/wa-sqlite.ts'
import type { Trace } from '../../trace.ts'
import type { FakeOpfs } from '../opfs.ts'
import type { Broadcast } from './broadcast.ts'
import type { LockManager } from './locks.ts'
import type { Network } from './network.ts'
import type { SimPort } from './ports.ts'
import type { Random } from './random.ts'
import type { Scheduler, Thread } from './scheduler.ts'

export type BrowserOptions = {
  readonly name: string
  readonly schema: Schema
  /** By the build of the app, where one has another than `schema`: oldest first. Tabs are of the first until another is deployed. */
  readonly schemas?: { readonly [build: string]: Schema } | undefined
  /** Whether pages that are told so are loaded again. */
  readonly reloadsOutdated?: boolean
  readonly storeId: string
  readonly scheduler: Scheduler
  readonly random: Random
  readonly network: Network
  readonly sqlite: SqliteModule
  /** False for a browser that has none: its tabs find their leader without a broker. */
  readonly hasSharedWorker?: boolean
  readonly onTrace: (who: string, trace: Trace) => void
}

/** What the tabs and workers of one client share. */
export type Origin = BrowserOptions & {
  readonly opfs: FakeOpfs
  readonly locks: LockManager
  readonly broadcast: Broadcast
  channel(owner: Thread): [SimPort, SimPort]
}
