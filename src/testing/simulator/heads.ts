import * as EventSequenceNumber from '../../event/sequence-number.ts'
import type { Browser } from './browser.ts'

/** Looks at every tab: what it knows of the backend never goes back, and no tier is ahead of the one below it. */
export function watchHeads(browsers: readonly Browser[]) {
  const broken: string[] = []
  const seen = new Map<string, number>()
  return {
    broken: broken as readonly string[],
    look() {
      for (const { name, store } of browsers.flatMap(({ tabs }) => [...tabs])) {
        if (!store) continue
        const { backend, leader, session } = store.status.getState()
        if (backend.head < (seen.get(name) ?? 0))
          broken.push(`the backend's head went back to e${backend.head} in ${name}`)
        if (EventSequenceNumber.compare(leader.head, session.head) > 0)
          broken.push(`the leader is ahead of its session ${name}`)
        seen.set(name, backend.head)
      }
    },
  }
}
