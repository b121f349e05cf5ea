import { useEffect, useMemo, useState } from 'react'
import type { Store } from '../../src/index.ts'

/** What was written since the tables were read last. */
export type Writes = {
  /** Another one where something was. */
  readonly version: number
  /** Rowids as text, by table. */
  readonly rows: ReadonlyMap<string, ReadonlySet<string>>
}

const none: Writes = { version: 0, rows: new Map() }
/** Milliseconds between two readings, at least; and as many times what the last one took. */
const leastWait = 250
const waitPerCost = 10
const mostRows = 5_000

/** Follows what this tab's store writes, a few times a second at most, and less often where reading is dear. */
export function useWrites(store: Store, isFollowing: boolean) {
  const [writes, setWrites] = useState(none)
  const cost = useMemo(() => ({ ms: 0 }), [])
  useEffect(() => {
    if (!isFollowing) return
    let waiting: Map<string, Set<string>> | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const flush = () => {
      const rows = waiting ?? new Map()
      waiting = undefined
      timer = undefined
      setWrites(({ version }) => ({ version: version + 1, rows }))
    }
    const stop = store.trace((trace) => {
      if (trace.type !== 'wrote' && trace.type !== 'leader changed') return
      waiting ??= new Map()
      if (trace.type === 'wrote') for (const { rows } of trace.commits) for (const row of rows) noteRow(waiting, row)
      timer ??= setTimeout(flush, Math.max(leastWait, waitPerCost * cost.ms))
    })
    setWrites(({ version }) => ({ version: version + 1, rows: new Map() })) // what was missed
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [store, isFollowing, cost])
  return { writes, cost }
}

function noteRow(waiting: Map<string, Set<string>>, { table, rowid }: { table: string; rowid: number | bigint }) {
  const rows = waiting.get(table) ?? new Set()
  if (rows.size < mostRows) waiting.set(table, rows.add(String(rowid)))
}
