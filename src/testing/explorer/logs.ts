/** The backend's logs that occur, as numbers: who committed, and how many events. Each client sees its own commits as its own. */
import type { View } from './link.ts'

type Entry = { readonly owner: number; readonly size: number }

export function createLogs(clients: number) {
  const byText = new Map<string, number>()
  const logs: (readonly Entry[])[] = []
  const viewIds = new Map<string, number>()
  const views: View[] = []
  const viewsOf: number[][] = []
  const grown = new Map<string, number>()

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

  const remembered = (key: string, make: () => readonly Entry[]) => {
    const known = grown.get(key)
    if (known !== undefined) return known
    const made = intern(make())
    grown.set(key, made)
    return made
  }

  return {
    empty: intern([]),
    get: (id: number) => logs[id]!,
    view: (id: number) => views[id]!,
    viewOf: (id: number, client: number) => viewsOf[id]![client]!,
    append: (id: number, owner: number, sizes: readonly number[]) =>
      remembered(`${id}+${owner}+${sizes}`, () => [...logs[id]!, ...sizes.map((size) => ({ owner, size }))]),
    /** The same log, where the client that was `order[n]` is now n. */
    rename: (id: number, order: readonly number[]) =>
      remembered(`${id}@${order}`, () =>
        logs[id]!.map(({ owner, size }) => ({ owner: owner < order.length ? order.indexOf(owner) : owner, size })),
      ),
  }
}

export type Logs = ReturnType<typeof createLogs>
