/** What the event log is told of a step, before anybody else hears of it. Pure. */
import type { Commit } from '../event/commit.ts'
import type { Confirmed, LogWrite } from '../replica/event-log.ts'
import { withHeads } from '../replica/replica.ts'
import type { Pulled } from '../replica/upstream.ts'
import { decodeEvent, type Schema } from '../schema/schema.ts'
import type { FromUpstream, Merged } from '../sync/merge.ts'
import type { SyncState } from '../sync/state.ts'

/** Of commits that are confirmed right after `head`: their numbers, and what each supersedes. */
export function confirmedEntries(
  schema: Schema,
  head: SyncState['confirmed'],
  commits: readonly Commit[],
): Confirmed[] {
  return withHeads(head, commits).map((entry) => ({ ...entry, replaces: replaceKey(schema, entry.commit) }))
}

/** The durable part of what a message from above decided; undefined where there is none. `backend` is what it said of itself. */
export function writeOf(
  merged: Merged,
  confirmed: readonly Confirmed[],
  { replacements = [] }: FromUpstream,
  backend: Pulled | undefined,
): LogWrite | undefined {
  const settled = merged.type === 'rebase' ? merged.settled : []
  if (confirmed.length === 0 && settled.length === 0 && !backend) return undefined
  const left = settled.length > 0 ? { settled, replacements, unconfirmed: merged.sync.pending } : {}
  const rebased = merged.type === 'rebase' && settled.length === 0 && merged.sync.pending.length > 0
  return { confirmed, ...left, rebased, ...(backend ? { backend } : {}) }
}

/** The key under which a commit supersedes earlier ones: only a commit of one client-only event that declares one has it. */
function replaceKey(schema: Schema, { events }: Commit): string | undefined {
  const [event] = events
  const reader = events.length === 1 && event && !event.synced ? schema.eventReader(event.name) : undefined
  return event && reader?.def.replaces && `${reader.def.name}/${reader.def.replaces(decodeEvent(reader, event))}`
}

/** Commits that are kept out of the order. */
export function parkedAs(commits: readonly Commit[], reason: string): LogWrite {
  return { refused: commits, settled: commits.map(({ commitId }) => ({ commitId, outcome: 'parked', reason })) }
}
