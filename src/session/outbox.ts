import type { LeaderApi } from '../replica/leader-api.ts'

/** One message holds at most this many characters of JSON, or one larger commit. */
const maxBatch = 768 * 1024

/** Joins commits, each already JSON, into JSON lists of bounded size. */
export function batches(commits: readonly string[]): string[] {
  const lists: string[] = []
  let batch: string[] = []
  let size = 0
  for (const json of commits) {
    if (batch.length > 0 && size + json.length > maxBatch) {
      lists.push(`[${batch.join(',')}]`)
      batch = []
      size = 0
    }
    batch.push(json)
    size += json.length
  }
  if (batch.length > 0) lists.push(`[${batch.join(',')}]`)
  return lists
}

/**
 * Those who watch are told in the first microtask after a commit, React renders in the second, and who observes the DOM hears of
 * it in the third: what leaves the tab goes behind them all, in the same task.
 */
const microtasksBefore = 4

/** Commits on their way to the leader: those of one task leave together. Without a leader they wait in the sync state. */
export function createOutbox(onFailed: (error: unknown) => void) {
  let leader: LeaderApi | undefined
  let waiting: string[] = []
  let scheduled = false

  const flush = () => {
    scheduled = false
    const commits = waiting
    waiting = []
    if (!leader) return
    for (const batch of batches(commits)) leader.push(batch).catch(onFailed)
  }

  const flushAfter = (microtasks: number) => {
    if (!scheduled) return // somebody could not wait
    if (microtasks === 0) flush()
    else queueMicrotask(() => flushAfter(microtasks - 1))
  }

  return {
    add(json: string) {
      if (!leader) return
      waiting.push(json)
      if (scheduled) return
      scheduled = true
      flushAfter(microtasksBefore)
    },
    flush,
    /** From now on commits go to this leader; what is pending already must be added again. */
    attach(to: LeaderApi | undefined) {
      leader = to
      waiting = []
    },
  }
}
