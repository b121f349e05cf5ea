import type { Backend } from './backend.ts'
import type { Browser } from './browser.ts'
import type { Network } from './network.ts'
import type { Promised } from './receipts.ts'

/** A commit that its client's log has is confirmed within this time of being connected, whatever the others do; milliseconds. */
export const confirmWithin = 6_000

type Options = {
  readonly browsers: readonly Browser[]
  readonly backend: Backend
  readonly network: Network
  readonly promised: readonly Promised[]
  now(): number
}

/**
 * Nobody starves: measures, for every commit that is persisted and not confirmed, how long its client has been in touch with the
 * backend since. In touch is who has the same connection all that time, with nothing in its way and no fault at either end: one
 * that breaks takes the client's turn with it.
 */
export function watchProgress({ browsers, backend, network, promised, now }: Options) {
  const broken = new Map<string, string>()
  const touch = new Map<string, { readonly connection: object; readonly since: number }>()
  const troubled = new Map<string, number>()
  let longest = 0
  /** Commits before this one are done. */
  let first = 0

  const inTouchSince = (client: string): number => {
    const connection = network.connection(client)
    const isWell = connection && backend.isWell() && (troubled.get(client) ?? 0) <= now()
    if (!isWell) {
      touch.delete(client)
      return Number.POSITIVE_INFINITY
    }
    const before = touch.get(client)
    if (before?.connection === connection) return before.since
    touch.set(client, { connection, since: now() })
    return now()
  }

  return {
    get broken(): string[] {
      return [...broken.values()]
    },
    /** The longest that anyone has waited, milliseconds. */
    get longest() {
      return longest
    },
    /** Something happens to a client, or to all, and lasts. */
    disturbed(client: string | undefined, ms: number) {
      for (const { name } of browsers) {
        if (client !== undefined && client !== name) continue
        touch.delete(name)
        troubled.set(name, Math.max(troubled.get(name) ?? 0, now() + ms))
      }
    },
    look() {
      const since = new Map(browsers.map(({ name }) => [name, inTouchSince(name)]))
      while (promised[first]?.isDone()) first++
      for (const one of promised.slice(first)) {
        if (one.isLocal || one.persistedAt === undefined || one.isDone()) continue
        const waited = now() - Math.max(one.persistedAt, since.get(one.client)!)
        longest = Math.max(longest, waited)
        if (waited <= confirmWithin) continue
        broken.set(
          one.client,
          `${one.client} waited ${waited.toFixed(0)} ms for the confirmation of ${one.commitId}, connected`,
        )
      }
    },
  }
}
