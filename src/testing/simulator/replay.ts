import { fromWire } from '../../backend/batch.ts'
import type { EventLog, StoredCommit } from '../../backend/event-log.ts'
import type { Commit } from '../../event/commit.ts'
import { MaterializeError } from '../../replica/errors.ts'
import { createMaterialize } from '../../replica/materialize.ts'
import { createStateTables } from '../../replica/state.ts'
import type { Schema } from '../../schema/schema.ts'
import type { Sqlite } from '../../sqlite/port.ts'
import type { SqliteModule } from '../../sqlite/wa-sqlite.ts'
import type { WireCommit } from '../../sync/wire.ts'

/** The backend's log of a store. */
export async function readLog({ engine, storeId }: { engine: EventLog; storeId: string }): Promise<Commit[]> {
  const stored = await readStored(engine, storeId)
  return stored.map(({ text }) => fromWire(JSON.parse(text) as WireCommit))
}

/** The same, as the backend keeps it. */
export async function readStored(engine: EventLog, storeId: string): Promise<StoredCommit[]> {
  const opened = await engine.open(storeId, { create: false })
  const commits: StoredCommit[] = []
  for (let after = 0; opened && after < opened.head.seq; ) {
    const page = await engine.read(storeId, { after, maxEvents: 1_000, maxBytes: 1_000_000 })
    commits.push(...page.commits)
    for (const { count } of page.commits) after += count
  }
  return commits
}

/** Commits that stand in the log more than once, in words. */
export function twice(log: readonly Commit[]): string[] {
  const seen = new Set<string>()
  return log.flatMap(({ commitId }) =>
    seen.has(commitId) || !seen.add(commitId) ? [`${commitId} stands twice in the backend's log`] : [],
  )
}

/**
 * A database with the state of a client that has only ever seen this log. Whoever asks closes it. `onSkipped` hears of commits
 * that have no effect.
 */
export function openReplay(
  sqlite: SqliteModule,
  schema: Schema,
  log: readonly Commit[],
  onSkipped: (error: MaterializeError) => void = () => undefined,
): Sqlite {
  const db = sqlite.open()
  createStateTables(db, schema.ddl, 'replay')
  const materialize = createMaterialize({ db, schema, onUnknownEvent: () => undefined })
  for (const commit of log) {
    try {
      materialize(commit)
    } catch (error) {
      if (!(error instanceof MaterializeError)) throw error
      onSkipped(error)
    }
  }
  return db
}
