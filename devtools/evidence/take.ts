import type { LoggedCommit } from '../../src/replica/inspection.ts'
import type { Source } from '../source.ts'
import { format, type Recorder, type Recording, version } from './recording.ts'

/** So much of the log's end is taken, page by page. */
const most = 2_000
const page = 500

/** A recording of what was heard until now. Of a leader that does not answer, the log is left out. */
export async function take(source: Source, recorder: Recorder): Promise<Recording> {
  const { log, before } = await endOfLog(source).catch(() => ({ log: [], before: 0 }))
  const { fingerprint } = await source.tab({ type: 'schema' })
  const about = { at: Date.now(), storeId: source.storeId, here: source.here, fingerprint }
  return { format, version, ...about, ...recorder.taken(), log, before }
}

async function endOfLog(source: Source): Promise<Pick<Recording, 'log' | 'before'>> {
  const { total } = await source.ask({ type: 'commits', from: 0, count: 0 })
  const before = Math.max(0, total - most)
  const log: LoggedCommit[] = []
  for (let from = before; from < total; from += page) {
    log.push(...(await source.ask({ type: 'commits', from, count: Math.min(page, total - from) })).commits)
  }
  return { log, before }
}
