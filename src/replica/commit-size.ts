import { type Commit, syncedCount } from '../event/commit.ts'
import { defaultLimits } from '../sync/wire.ts'
import { CommitTooLarge } from './errors.ts'

/**
 * Throws `CommitTooLarge` for a commit that no backend takes. `json` is all of it as text: that of so many UTF-16 units can
 * be over the limit only if it is longer than a third of it.
 */
export function checkSize(commit: Commit, json: string) {
  const { maxEventsPerCommit, maxBytesPerCommit } = defaultLimits
  const events = syncedCount(commit)
  if (events > maxEventsPerCommit) throw new CommitTooLarge(`${events} synced events`, `${maxEventsPerCommit} events`)
  if (json.length * 3 <= maxBytesPerCommit) return
  const bytes = new TextEncoder().encode(json).length
  if (bytes > maxBytesPerCommit) throw new CommitTooLarge(`${bytes} bytes`, `${maxBytesPerCommit} bytes`)
}
