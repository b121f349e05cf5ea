import { isSynced } from '../../event/commit.ts'
import { BacklogFull, MaterializeError, OutdatedBuild, StoreClosed } from '../../replica/errors.ts'
import { UnknownEvent } from '../../schema/errors.ts'
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
  /** A user does something about a commit that was parked; gives since when it must be off the list, if it must. */
  readonly tended: (commitId: string, goneAt: () => number | undefined) => void
}

/** What users do with their data. */
export function createCommitter({ backend, world, workload }: Around, hearing: CommitHearing) {
  const hear = (receipt: Receipt, client: string, { thread, schema }: Tab): Promised => {
    const isLocal = receipt.events.every(({ name }) => !schema.eventDef(name)!.synced)
    const promised = watchReceipt(receipt, { client, thread, isLocal })
    hearing.promised(promised)
    return promised
  }

  return {
    commit(tab: Tab, client: string, events: readonly PlannedEvent[]) {
      const { store, thread, schema } = tab
      if (!store || thread.isFrozen) return
      thread.schedule(0, () => {
        try {
          hear(store.commit(...events.map((planned) => workload.make(planned, schema))), client, tab)
        } catch (error) {
          // A commit that does not apply here says so at once; the oracles see that it left nothing.
          if (!isExpected(error)) throw error
        }
      })
    },

    commitElsewhere(planned: readonly PlannedEvent[]) {
      const schema = Object.values(workload.builds)[0]!
      const events = planned.map((event) => encodeEvent(schema, workload.make(event, schema)))
      const { now, randomId } = world.env
      const ids = { commitId: randomId(16), clientId: randomId(6), sessionId: randomId(12) }
      const commit = { ...ids, at: now(), generation: 0, events }
      if (isSynced(commit)) void backend.append(commit)
    },

    retryParked(tab: Tab, client: string) {
      withOldest(tab, async (commitId, { parked }) => {
        let retried: Promised | undefined
        hearing.tended(commitId, () => retried?.persistedAt)
        retried = hear(await parked.retry(commitId), client, tab)
      })
    },

    discardParked(tab: Tab) {
      withOldest(tab, async (commitId, { parked }) => {
        let goneAt: number | undefined
        hearing.tended(commitId, () => goneAt)
        await parked.discard(commitId)
        goneAt = tab.thread.env.now()
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

/** A tab of an older build cannot commit again what a newer one has parked. */
const expected = [MaterializeError, BacklogFull, StoreClosed, OutdatedBuild, UnknownEvent]

/** Also of what a leader answers, which bears no class: on a full disk it changes nothing. */
export function isExpected(error: unknown): boolean {
  return expected.some((kind) => error instanceof kind) || String(error).includes('disk is full')
}
