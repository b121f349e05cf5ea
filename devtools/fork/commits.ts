import type { Commit } from '../../src/event/commit.ts'
import type { Client } from '../../src/event/sequence-number.ts'
import { root } from '../../src/event/sequence-number.ts'
import type { PageInspection } from '../../src/index.ts'

/** A commit of the log with the number of its last event. */
export type Placed = { readonly commit: Commit; readonly head: Client }

const chunkSize = 500
/** Of what was read so many chunks are kept; others are read again. */
const mostChunks = 100

export type Commits = {
  readonly length: number
  readonly head: Client
  /** The next ones of the log. */
  add(placed: readonly Placed[]): void
  /** Commits from this place on, some of them: undefined for one that was superseded since it was counted. */
  from(at: number): Promise<readonly (Placed | undefined)[]>
  isRecent(commitId: string): boolean
  /** The place of the commit that ends with this number, if it was read. */
  find(head: Client): number | undefined
}

/** The confirmed commits of a log, counted from 0. Their numbers are kept, and the last ones that were read. */
export function createCommits(log: PageInspection['log']): Commits {
  const globals: number[] = []
  const clients: number[] = []
  const chunks = new Map<number, (Placed | undefined)[]>()

  const headBefore = (at: number): Client =>
    at === 0 ? root : { global: globals[at - 1]!, client: clients[at - 1]!, rebaseGeneration: 0 }

  const keep = (chunk: number, placed: (Placed | undefined)[]) => {
    chunks.delete(chunk)
    chunks.set(chunk, placed)
    const [oldest] = chunks.keys()
    if (chunks.size > mostChunks && oldest !== undefined) chunks.delete(oldest)
  }

  const read = async (chunk: number): Promise<(Placed | undefined)[]> => {
    const first = chunk * chunkSize
    const end = Math.min(globals.length, first + chunkSize)
    const { commits } = await log(headBefore(first), chunkSize)
    const byHead = new Map(commits.map((placed) => [`${placed.head.global}.${placed.head.client}`, placed]))
    return globals.slice(first, end).map((global, nth) => byHead.get(`${global}.${clients[first + nth]}`))
  }

  return {
    get length() {
      return globals.length
    },
    get head() {
      return headBefore(globals.length)
    },
    add(placed) {
      for (const one of placed) {
        const chunk = Math.floor(globals.length / chunkSize)
        const isFirst = globals.length % chunkSize === 0
        globals.push(one.head.global)
        clients.push(one.head.client)
        if (isFirst) keep(chunk, [one])
        else chunks.get(chunk)?.push(one)
      }
    },
    async from(at) {
      const chunk = Math.floor(at / chunkSize)
      const known = chunks.get(chunk) ?? (await read(chunk))
      keep(chunk, known)
      return known.slice(at % chunkSize)
    },
    find({ global, client }) {
      let [low, high] = [0, globals.length]
      while (low < high) {
        const middle = (low + high) >> 1
        const isBefore = globals[middle]! < global || (globals[middle] === global && clients[middle]! < client)
        if (isBefore) low = middle + 1
        else high = middle
      }
      return globals[low] === global && clients[low] === client ? low : undefined
    },
    isRecent: (commitId) =>
      [...chunks.values()].slice(-10).some((chunk) => chunk.some((placed) => placed?.commit.commitId === commitId)),
  }
}
