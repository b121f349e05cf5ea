import { doubled } from '../replica/doubled.ts'
import { follow, type LifeTable } from '../replica/life-table.ts'

/**
 * The life of a tab's leader worker, as its tab sees it.
 *
 * ```
 *  starting ── answered ─▶ alive ── missed ─▶ suspected ── missed, too often ─┐
 *      ▲                     ▲                    │                            │
 *      │                     └───── answered ─────┘                            ▼
 *      └────────────────────────────── due ─────────────────────────────── pausing
 * ```
 *
 * Time alone proves nothing: a tab in the background, a debugger and a laptop's lid all stop the clock of this tab, of the
 * worker, or of both. What counts are pings that were sent, one after the other, and that nothing came back for.
 */
export type WorkerLife =
  /** Its script loads: it has not said a word. */
  | { readonly name: 'starting'; readonly failures: number }
  | { readonly name: 'alive'; readonly failures: number }
  /** It left `missed` pings in a row unanswered. */
  | { readonly name: 'suspected'; readonly failures: number; readonly missed: number }
  /** It was terminated, or is dead; another takes its place after a while. */
  | { readonly name: 'pausing'; readonly failures: number; readonly retryAt: number; readonly reason: string }
  /** The tab needs none any more. */
  | { readonly name: 'ended' }

export type WorkerEvent =
  /** It said anything at all. */
  | { readonly type: 'answered' }
  /** The next ping is due, and nothing came since the last. */
  | { readonly type: 'missed'; readonly at: number }
  /** It did not load, threw what nobody caught, or is gone. */
  | { readonly type: 'died'; readonly reason: string; readonly at: number }
  /** The wait is over. */
  | { readonly type: 'due' }
  /** It lasted: the next failure is followed by a short wait again. */
  | { readonly type: 'proved good' }
  | { readonly type: 'ended' }

/** Pings in a row that a worker may leave unanswered. They are a second apart, at least. */
const mostMissed = 5
/** Milliseconds until the second replacement in a row; the first follows at once, each later one after twice the time. */
const replaceAfter = { first: 500, most: 30_000 }

export const starting: WorkerLife = { name: 'starting', failures: 0 }

const stay = (life: WorkerLife) => life
const end = (): WorkerLife => ({ name: 'ended' })
const revive = ({ failures }: { readonly failures: number }): WorkerLife => ({ name: 'alive', failures })

const pause = (
  { failures: before }: { readonly failures: number },
  { reason, at }: { readonly reason: string; readonly at: number },
): WorkerLife => {
  const failures = before + 1
  const ms = failures === 1 ? 0 : doubled(replaceAfter, failures - 2)
  return { name: 'pausing', failures, retryAt: at + ms, reason }
}

const table: LifeTable<WorkerLife, WorkerEvent> = {
  starting: {
    answered: revive,
    missed: stay, // a script may take its time; the browser tells where it did not load
    died: pause,
    due: stay,
    'proved good': stay,
    ended: end,
  },
  alive: {
    answered: stay,
    missed: ({ failures }) => ({ name: 'suspected', failures, missed: 1 }),
    died: pause,
    due: stay,
    'proved good': (life) => (life.failures === 0 ? life : { ...life, failures: 0 }),
    ended: end,
  },
  suspected: {
    answered: revive,
    missed: (life, { at }) =>
      life.missed + 1 < mostMissed
        ? { ...life, missed: life.missed + 1 }
        : pause(life, { reason: `it did not answer ${mostMissed} times in a row`, at }),
    died: pause,
    due: stay,
    'proved good': (life) => (life.failures === 0 ? life : { ...life, failures: 0 }),
    ended: end,
  },
  pausing: {
    answered: stay,
    missed: stay,
    died: stay,
    due: ({ failures }) => ({ name: 'starting', failures }),
    'proved good': stay,
    ended: end,
  },
  ended: {
    answered: stay,
    missed: stay,
    died: stay,
    due: stay,
    'proved good': stay,
    ended: stay,
  },
}

/** The life after `event`; the same object where nothing changes. */
export function next(life: WorkerLife, event: WorkerEvent): WorkerLife {
  return follow(table, life, event)
}
