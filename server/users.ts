/** What users have open, and how much they push: one budget a user and store, over all their connections. */
import type { ServerLimits } from './limits.ts'
import { type Bucket, createBucket } from './rate.ts'

export type Budget = {
  /** Milliseconds to wait before a push of `bytes`; 0 if it may go. */
  take(bytes: number, now: number): number
}

export type Membership = { readonly budget: Budget; leave(): void }

export type Users = {
  /** Null if the user has too many connections. Without a userId every connection is a user of its own. */
  enter(userId: string | undefined, storeId: string): Membership | null
}

export function createUsers(limits: ServerLimits): Users {
  const connections = createCounts()
  const budgets = new Map<string, Budget>()
  const members = createCounts()

  return {
    enter(userId, storeId) {
      if (userId === undefined) return { budget: createBudget(limits), leave: () => {} }
      if (connections.get(userId) >= limits.connectionsPerUser) return null
      const key = JSON.stringify([userId, storeId])
      const budget = budgets.get(key) ?? createBudget(limits)
      budgets.set(key, budget)
      connections.add(userId, 1)
      members.add(key, 1)
      return {
        budget,
        leave() {
          connections.add(userId, -1)
          if (members.add(key, -1) === 0) budgets.delete(key)
        },
      }
    },
  }
}

function createBudget(limits: ServerLimits): Budget {
  const pushes: Bucket = createBucket(limits.pushesPerSecond, limits.pushBurst)
  const volume: Bucket = createBucket(limits.pushBytesPerSecond, limits.pushBytesBurst)
  return { take: (bytes, now) => pushes.take(1, now) || volume.take(bytes, now) }
}

function createCounts() {
  const counts = new Map<string, number>()
  return {
    get: (key: string) => counts.get(key) ?? 0,
    add(key: string, difference: number): number {
      const count = (counts.get(key) ?? 0) + difference
      if (count === 0) counts.delete(key)
      else counts.set(key, count)
      return count
    },
  }
}
