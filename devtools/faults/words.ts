import type { FaultState } from '../../src/replica/inspection.ts'

/** What is broken on purpose, a phrase each. Pure. */
export function inWords(state: FaultState | undefined): string[] {
  if (!state) return []
  const { latency, slowBackend, loss, partition, duplicate, reject, fullDisk } = state
  return [
    partition ? 'partitioned from the backend' : '',
    latency > 0 ? `latency ${latency.toLocaleString('en')} ms` : '',
    slowBackend > 0 ? `backend slow by ${slowBackend.toLocaleString('en')} ms` : '',
    loss > 0 ? `loss ${loss} %` : '',
    duplicate ? 'the next push is cut and made twice' : '',
    reject > 0 ? (reject === 1 ? 'the next commit is rejected' : `the next ${reject} commits are rejected`) : '',
    fullDisk ? 'full disk' : '',
  ].filter(Boolean)
}
