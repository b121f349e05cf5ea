import type { Cursor } from '../src/sync/wire.ts'

export type Hint = (storeId: string, head: Cursor) => void

/** The watchers of an engine. One that throws does not keep the others from hearing. */
export function createHints() {
  const watchers = new Set<Hint>()
  return {
    watch(hint: Hint): () => void {
      watchers.add(hint)
      return () => watchers.delete(hint)
    },
    tell(storeId: string, head: Cursor): void {
      for (const hint of watchers) queueMicrotask(() => hint(storeId, head))
    },
    close: (): void => watchers.clear(),
  }
}
