import { type ArgsKinds, decodeArgs, encodeArgs, type Json } from '../event/encode.ts'
import { compileQuery, type Query } from '../schema/query.ts'
import { keyOf } from './live-query.ts'
import type { Store } from './store.ts'

/** The rows that a server's page was rendered with: the page shows them again while it is hydrated. */
export type Seed = {
  /** Undefined where the page has none. */
  rows(query: Query<unknown>): readonly unknown[] | undefined
  toJSON(): SeedJson
}

/** By query: its rows, encoded as the args of events are. */
export type SeedJson = { readonly [query: string]: { readonly args: Json; readonly kinds?: ArgsKinds | undefined } }

/**
 * For a server: reads from `store`, and notes what was read. After rendering, `JSON.stringify(seed)` goes into the page, with
 * each `<` written as `\\u003c`.
 */
export function createSeed(store: Store): Seed {
  const read = new Map<string, readonly unknown[]>()
  return {
    rows(query) {
      const rows = store.query(query)
      read.set(keyOf(compileQuery(query)), rows)
      return rows
    },
    toJSON() {
      const encoded = [...read].map(([key, rows]) => {
        const { args, kinds } = encodeArgs(rows)
        return [key, { args, kinds }] as const
      })
      return Object.fromEntries(encoded)
    },
  }
}

/** For the browser: what the server wrote into the page. */
export function readSeed(json: SeedJson): Seed {
  const decoded = new Map<string, readonly unknown[]>()
  return {
    rows(query) {
      const key = keyOf(compileQuery(query))
      const written = json[key]
      if (!decoded.has(key) && written) decoded.set(key, decodeArgs(written.args, written.kinds) as readonly unknown[])
      return decoded.get(key)
    },
    toJSON: () => json,
  }
}
