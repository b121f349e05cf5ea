import type { Commit } from '../event/commit.ts'
import type { Limits, WireCommit } from '../sync/wire.ts'

/** The backend's view of a commit: its synced events only. */
export function toWire({ commitId, clientId, sessionId, at, events }: Commit): WireCommit {
  const synced = events.filter((event) => event.synced)
  return [
    commitId,
    clientId,
    sessionId,
    at,
    synced.map(({ name, args, kinds }) => (kinds ? [name, args, kinds] : [name, args])),
  ]
}

export function fromWire([commitId, clientId, sessionId, at, events]: WireCommit): Commit {
  return {
    commitId,
    clientId,
    sessionId,
    at,
    generation: 0,
    events: events.map(([name, args, kinds]) => ({ name, args, ...(kinds ? { kinds } : {}), synced: true })),
  }
}

export type Batch = {
  readonly commits: readonly Commit[]
  /** The commits as a JSON list. */
  readonly json: string
}

/** The longest prefix of `commits` that one push may hold: at least one commit, if there is any, since none is ever split. */
export function nextBatch(commits: Iterable<Commit>, limits: Limits): Batch | undefined {
  const batch: Commit[] = []
  const parts: string[] = []
  let events = 0
  let bytes = 0
  for (const commit of commits) {
    const wire = toWire(commit)
    const json = JSON.stringify(wire)
    events += wire[4].length
    bytes += byteLength(json)
    if (batch.length > 0 && (events > limits.maxEventsPerPush || bytes > limits.maxBytesPerPush)) break
    batch.push(commit)
    parts.push(json)
  }
  return batch.length > 0 ? { commits: batch, json: `[${parts.join(',')}]` } : undefined
}

const encoder = new TextEncoder()

function byteLength(text: string): number {
  return encoder.encode(text).length
}
