import type { Backend } from './backend.ts'
import type { Browser } from './browser.ts'
import type { Network } from './network.ts'
import type { Promised } from './receipts.ts'

/** Whoever is connected and has commits to be confirmed gets at least one of them done within this time; milliseconds. */
const doneWithin = 5_000

type Options = {
  readonly browsers: readonly Browser[]
  readonly backend: Backend
  readonly network: Network
  readonly promised: readonly Promised[]
  now(): number
}

/**
 * Nobody starves, whatever the others do: measures how long each client that has persisted commits, and is in touch with the
 * backend, waits for one of them to be confirmed or refused. Not for all of them: after each that is refused, those behind it
 * are pushed again and take another turn. In touch is who has the same connection all that time, with nothing in its way and no
 * fault at either end: one that breaks takes the client's turn with it.
 */
export function watchProgress({ browsers, backend, network, promised, now }: Options) {
  const broken = new Map<string, string>()
  const touch = new Map<string, { readonly connection: object; readonly since: number }>()
  const troubled = new Map<string, number>()
  /** When something of a client was last done. */
  const moved = new Map<string, number>()
  let waiting: readonly Promised[] = []
  let seen = 0
  let longest = 0

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
    /** A leader settled a commit of its client. */
    settled(client: string) {
      moved.set(client, now())
    },
    look() {
      const since = new Map(browsers.map(({ name }) => [name, inTouchSince(name)]))
      waiting = [...waiting, ...promised.slice(seen)].filter((one) => {
        if (one.confirmed !== 'open') moved.set(one.client, now())
        return !one.isDone() && !one.isLocal
      })
      seen = promised.length
      for (const { client, commitId, persistedAt } of waiting) {
        if (persistedAt === undefined) continue
        const waited = now() - Math.max(persistedAt, since.get(client)!, moved.get(client) ?? 0)
        longest = Math.max(longest, waited)
        if (waited <= doneWithin) continue
        broken.set(client, `${client} waits for ${commitId} and others, connected, since ${waited.toFixed(0)} ms`)
      }
    },
  }
}
