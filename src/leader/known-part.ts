/** `unknownEventHandling: 'fail'`: nothing is taken that this build does not know. Pure. */
import { syncedCount } from '../event/commit.ts'
import type { Pulled } from '../replica/upstream.ts'
import { firstUnknown, type Schema } from '../schema/schema.ts'
import type { Cursor } from '../sync/wire.ts'

/** What to take of what the backend told on `cursor`, and the event at which to stop. */
export function knownPart(schema: Schema, cursor: Cursor, pulled: Pulled): { known?: Pulled; unknown?: string } {
  if (schema.unknownEventHandling !== 'fail') return { known: pulled }
  const { confirmed, settled } = pulled
  const at = confirmed.findIndex((commit) => firstUnknown(schema, [commit]) !== undefined)
  if (at < 0) return { known: pulled }
  const unknown = firstUnknown(schema, [confirmed[at]!])!
  const before = confirmed.slice(0, at)
  const last = before.at(-1)
  if (!last && settled.length === 0) return { unknown }
  const seq = before.reduce((seq, commit) => seq + syncedCount(commit), cursor.seq)
  const known = { ...pulled, confirmed: before, cursor: last ? { seq, commitId: last.commitId } : cursor }
  return { known, unknown }
}
