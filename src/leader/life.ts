import { doubled } from '../replica/doubled.ts'
import { follow, type LifeTable, type OfType } from '../replica/life-table.ts'

/**
 * The life of a leader: of one store, in one worker. It leads only while it holds the store's Web Lock.
 *
 * ```
 *  away ── stood ─▶ standing ── granted ─▶ opening ── opened ─▶ leading
 *                      ▲                      │                    │
 *                      └─ due ── pausing ◀────┴──── failed ────────┘
 *
 *  standing, opening, leading ── resigned ─▶ leaving ── freed ─▶ away
 * ```
 */
export type LeaderLife =
  /** No store of the tab is open, or its page is hidden. */
  | { readonly name: 'away' }
  /** Waits for the lock. */
  | { readonly name: 'standing'; readonly failures: number }
  /** Has the lock, and opens the databases. */
  | { readonly name: 'opening'; readonly failures: number }
  | { readonly name: 'leading'; readonly failures: number }
  /** After a failure, or when it gave way: has nothing, so that another worker may try. */
  | { readonly name: 'pausing'; readonly failures: number; readonly retryAt: number; readonly reason: string }
  /** Lets go of what it has or asked for; `again` where it is to stand once more. */
  | { readonly name: 'leaving'; readonly again: boolean }

export type LeaderEvent =
  /** The tab opened the store, or its page came back. */
  | { readonly type: 'stood' }
  /** The lock is ours. */
  | { readonly type: 'granted' }
  /** The log is open: sessions can join. */
  | { readonly type: 'opened' }
  /** It led for a while: the next failure begins with a short wait again. */
  | { readonly type: 'proved good' }
  /** The lock was refused, the databases did not open, the storage failed later, or it gave way. All is let go of. */
  | { readonly type: 'failed'; readonly reason: string; readonly at: number }
  /** The wait is over. */
  | { readonly type: 'due' }
  /** The tab closed the store, or its page was hidden. */
  | { readonly type: 'resigned' }
  /** All is let go of, as was asked. */
  | { readonly type: 'freed' }

/** Milliseconds until the databases are opened again: doubled with each failure, up to the second. */
const reopenAfter = { first: 500, most: 30_000 }

export const away: LeaderLife = { name: 'away' }

const stay = (life: LeaderLife) => life
const stand = (): LeaderLife => ({ name: 'standing', failures: 0 })
const leave = (): LeaderLife => ({ name: 'leaving', again: false })
const left = ({ again }: Extract<LeaderLife, { readonly name: 'leaving' }>) => (again ? stand() : away)

const pause = (
  { failures: before }: { readonly failures: number },
  { reason, at }: OfType<LeaderEvent, 'failed'>,
): LeaderLife => {
  const failures = before + 1
  return { name: 'pausing', failures, retryAt: at + doubled(reopenAfter, before), reason }
}

const table: LifeTable<LeaderLife, LeaderEvent> = {
  away: {
    stood: stand,
    granted: stay,
    opened: stay,
    'proved good': stay,
    failed: stay,
    due: stay,
    resigned: stay,
    freed: stay,
  },
  standing: {
    stood: stay,
    granted: ({ failures }) => ({ name: 'opening', failures }),
    opened: stay,
    'proved good': stay,
    failed: pause,
    due: stay,
    resigned: leave,
    freed: stay,
  },
  opening: {
    stood: stay,
    granted: stay,
    opened: ({ failures }) => ({ name: 'leading', failures }),
    'proved good': stay,
    failed: pause,
    due: stay,
    resigned: leave,
    freed: stay,
  },
  leading: {
    stood: stay,
    granted: stay,
    opened: stay,
    'proved good': (life) => (life.failures === 0 ? life : { name: 'leading', failures: 0 }),
    failed: pause,
    due: stay,
    resigned: leave,
    freed: stay,
  },
  pausing: {
    stood: stay,
    granted: stay,
    opened: stay,
    'proved good': stay,
    failed: stay,
    due: ({ failures }) => ({ name: 'standing', failures }),
    resigned: () => away,
    freed: stay,
  },
  leaving: {
    stood: (life) => (life.again ? life : { name: 'leaving', again: true }),
    // The lock, or the databases, came when nobody wanted them any more: whoever got them gives them back.
    granted: stay,
    opened: stay,
    'proved good': stay,
    failed: left,
    due: stay,
    resigned: (life) => (life.again ? leave() : life),
    freed: left,
  },
}

/** The life after `event`; the same object where nothing changes. */
export function next(life: LeaderLife, event: LeaderEvent): LeaderLife {
  return follow(table, life, event)
}
