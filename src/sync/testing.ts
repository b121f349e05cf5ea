/** What tests of the merge share: commits that are quick to write, and the design's way to write an order. */
import type { Commit } from '../event/commit.ts'
import { numbersAfter } from '../event/commit.ts'
import * as EventSequenceNumber from '../event/sequence-number.ts'
import type { SyncState } from './state.ts'

/** `commit('A:x')`: one synced event of client A; `events` says otherwise, `s` synced and `c` client-only. */
export function commit(id: string, events = 's'): Commit {
  const [client = ''] = id.split(':')
  return {
    commitId: id,
    clientId: client.padEnd(6, '_'),
    sessionId: `${client}_session`,
    at: 0,
    generation: 0,
    events: [...events].map((kind) => ({ name: id, args: null, synced: kind === 's' })),
  }
}

export function ids(commits: readonly Commit[]): string[] {
  return commits.map(({ commitId }) => commitId)
}

/** `e1 → e2 → A:e3' (pending)`: confirmed events, then those that are not, marked. */
export function printOrder(
  confirmed: readonly Commit[],
  { accepted, pending }: Pick<SyncState, 'accepted' | 'pending'>,
): string {
  let head = EventSequenceNumber.root
  const write = (commits: readonly Commit[], mark: string) =>
    commits.flatMap((commit) => {
      const numbers = numbersAfter(head, commit)
      head = numbers.at(-1) ?? head
      const origin = commit.commitId.includes(':') ? `${commit.commitId.split(':')[0]}:` : ''
      return numbers.map((number) => `${origin}${EventSequenceNumber.print({ ...number, rebaseGeneration: 0 })}${mark}`)
    })
  return [...write(confirmed, ''), ...write([...accepted, ...pending], "'")].join(' → ')
}
