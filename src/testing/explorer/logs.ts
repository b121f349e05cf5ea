/** The backend's logs that occur, as numbers: who committed, and how many events. Each client sees its own commits as its own. */
import type { View } from './link.ts'
import { type Order, rememberRows } from './parts.ts'

type Entry = { readonly owner: number; readonly size: number }

export function createLogs(clients: number, orders: readonly Order[]) {
  const byText = new Map<string, number>()
  const logs: (readonly Entry[])[] = []
  const viewIds = new Map<string, number>()
  const views: View[] = []
  const viewsOf: number[][] = []

  const viewBy = (log: readonly Entry[], client: number) => {
    const view = log.map(({ owner, size }) => (owner === client ? null : size))
    const key = JSON.stringify(view)
    const known = viewIds.get(key)
    if (known !== undefined) return known
    viewIds.set(key, views.length)
    return views.push(view) - 1
  }

  const intern = (log: readonly Entry[]): number => {
    const key = log.map(({ owner, size }) => `${owner}.${size}`).join()
    const known = byText.get(key)
    if (known !== undefined) return known
    byText.set(key, logs.length)
    viewsOf.push(Array.from({ length: clients }, (_, client) => viewBy(log, client)))
    return logs.push(log) - 1
  }

  const grown = rememberRows<[id: number, owner: number, size: number], number>(3, (id, owner, size) =>
    intern([...logs[id]!, { owner, size }]),
  )

  return {
    empty: intern([]),
    get: (id: number) => logs[id]!,
    view: (id: number) => views[id]!,
    viewOf: (id: number, client: number) => viewsOf[id]![client]!,
    append: (id: number, owner: number, sizes: readonly number[]) =>
      sizes.reduce((log, size) => grown(log, owner, size), id),
    /** The same log, where the client that was `orders[order][n]` is now n. */
    rename: rememberRows<[id: number, order: number], number>(2, (id, order) => {
      const of = orders[order]!
      return intern(logs[id]!.map(({ owner, size }) => ({ owner: owner < clients ? of.indexOf(owner) : owner, size })))
    }),
  }
}

export type Logs = ReturnType<typeof createLogs>
