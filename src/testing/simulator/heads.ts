import * as EventSequenceNumber from '../../event/sequence-number.ts'
import type { Backend } from './backend.ts'
import type { Browser } from './browser.ts'

/**
 * Looks at every tab: what it knows of the backend never goes back, and no tier is ahead of the one below it.
 *
 * After a reset, and with a backend that was wiped or restored, it counts from the new history: the head may go back once for each
 * log that its client put aside, and once for each history that the backend lost. On a full disk a damaged log is put aside later, once
 * there is room for another; until then an empty one in memory stands for it.
 */
export function watchHeads(browsers: readonly Browser[], backend: Pick<Backend, 'losses'>) {
  const broken: string[] = []
  const seen = new Map<string, { head: number; newest: number; excuses: number; losses: number }>()
  return {
    broken: broken as readonly string[],
    look() {
      for (const { name, store } of browsers.flatMap(({ tabs }) => [...tabs])) {
        if (!store) continue
        const { backend: known, leader, session, storage } = store.status.getState()
        const newest = storage?.archives?.[0]?.at ?? 0
        const before = seen.get(name) ?? { head: 0, newest, excuses: 0, losses: backend.losses }
        const excuses = before.excuses + (newest > before.newest ? 1 : 0) + (backend.losses - before.losses)
        const isBack = known.head < before.head
        const least = storage?.problem?.reason === 'full' ? -1 : 0
        if (isBack && excuses <= least) broken.push(`the backend's head went back to e${known.head} in ${name}`)
        if (EventSequenceNumber.compare(leader.head, session.head) > 0)
          broken.push(`the leader is ahead of its session ${name}`)
        const left = isBack ? Math.max(least, excuses - 1) : excuses
        seen.set(name, { head: known.head, newest, excuses: left, losses: backend.losses })
      }
    },
  }
}
