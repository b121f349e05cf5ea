/** The names of logs that were put aside: when and why is all that is known of one without opening it. */
import type { Archive } from '../trace.ts'

/** The oldest goes when there are more. */
export const mostArchives = 3

const reasons: readonly Archive['reason'][] = ['damaged', 'reset']

export function archiveName({ at, reason }: Pick<Archive, 'at' | 'reason'>): string {
  return `archive-${at}-${reason}.db`
}

export function parseArchive(name: string): Archive | undefined {
  const [, at, word] = /^archive-(\d+)-(\w+)\.db$/.exec(name) ?? []
  const reason = reasons.find((known) => known === word)
  return at && reason ? { name, at: Number(at), reason } : undefined
}

export function newestFirst<A extends Archive>(archives: readonly A[]): A[] {
  return archives.toSorted((a, b) => b.at - a.at)
}
