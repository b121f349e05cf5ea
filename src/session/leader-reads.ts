import type { Questions } from './questions.ts'

/** What `queryLeader` asks by. */
export type LeaderReads = {
  readonly ask: Questions['ask']
  /** Calls back once, when what was read under this id may be otherwise. Returns the way to stop. */
  watch(id: string, hear: () => void): () => void
}

export function createLeaderReads(ask: Questions['ask']) {
  const watching = new Map<string, () => void>()

  const tell = (ids: readonly string[]) => {
    for (const id of ids) {
      const hear = watching.get(id)
      watching.delete(id)
      hear?.()
    }
  }

  const reads: LeaderReads = {
    ask,
    watch(id, hear) {
      watching.set(id, hear)
      return () => watching.delete(id)
    },
  }
  return {
    reads,
    invalidated: tell,
    /** There is another leader, which knows of nothing that was read: all may be otherwise. */
    attached: () => tell([...watching.keys()]),
  }
}
