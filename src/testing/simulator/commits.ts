import { isSynced } from '../../event/commit.ts'
import { BacklogFull, MaterializeError, StoreClosed } from '../../replica/errors.ts'
import { encodeEvent } from '../../schema/schema.ts'
import type { Receipt } from '../../session/receipts.ts'
import type { Backend } from './backend.ts'
import type { Tab } from './browser.ts'
import { type Promised, watchReceipt } from './receipts.ts'
import type { Thread } from './scheduler.ts'
import type { PlannedEvent } from './step.ts'
import type { Workload } from './workload.ts'

type Around = { readonly backend: Backend; readonly world: Thread; readonly workload: Workload }

export type CommitHearing = {
  readonly promised: (promised: Promised) => void
  /** A user does something about a commit that was parked; gives whether it must be off the list. */
  readonly tended: (commitId: string, isGone: () => boolean) => void
}

/** What users do with their data. */
export function createCommitter({ backend, world, workload }: Around, hearing: CommitHearing) {
  const isLocal = (events: readonly { readonly name: string }[]) =>
    events.every(({ name }) => !workload.schema.eventDef(name)!.synced)

  const hear = (receipt: Receipt, client: string, thread: Thread): Promised => {
    const promised = watchReceipt(receipt, { client, thread, isLocal: isLocal(receipt.events) })
    hearing.promised(promised)
    return promised
  }

  return {
    commit({ store, thread }: Tab, client: string, events: readonly PlannedEvent[]) {
      if (!store || thread.isFrozen) return
      thread.schedule(0, () => {
        try {
          hear(store.commit(...events.map(workload.make)), client, thread)
        } catch (error) {
          // A commit that does not apply here says so at once; the oracles see that it left nothing.
          if (!isExpected(error)) throw error
        }
      })
    },

    commitElsewhere(planned: readonly PlannedEvent[]) {
      const events = planned.map((event) => encodeEvent(workload.schema, workload.make(event)))
      const { now, randomId } = world.env
      const ids = { commitId: randomId(16), clientId: randomId(6), sessionId: randomId(12) }
      const commit = { ...ids, at: now(), generation: 0, events }
      if (isSynced(commit)) void backend.append(commit)
    },

    retryParked(tab: Tab, client: string) {
      withOldest(tab, async (commitId, { parked }) => {
        let retried: Promised | undefined
        hearing.tended(commitId, () => retried?.persisted === 'yes')
        retried = hear(await parked.retry(commitId), client, tab.thread)
      })
    },

    discardParked(tab: Tab) {
      withOldest(tab, async (commitId, { parked }) => {
        let isGone = false
        hearing.tended(commitId, () => isGone)
        await parked.discard(commitId)
        isGone = true
      })
    },
  }
}

/** The tab may die, or be closed, before its leader answers; and another may have been faster. */
function withOldest(
  { store, thread }: Tab,
  act: (commitId: string, store: NonNullable<Tab['store']>) => Promise<void>,
) {
  if (!store) return
  thread.schedule(0, () => {
    store.parked
      .list()
      .then(([oldest]) => oldest && act(oldest.commitId, store))
      .catch((error) => {
        if (!isExpected(error) && !String(error).includes('is not parked')) throw error
      })
  })
}

function isExpected(error: unknown): boolean {
  return error instanceof MaterializeError || error instanceof BacklogFull || error instanceof StoreClosed
}
