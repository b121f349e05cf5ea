import type { Source } from '../source.ts'
import { clock } from '../sync/CommitDetail.tsx'
import { useFaults } from './use-faults.ts'
import { inWords } from './words.ts'

/** Over every tab, so that nobody looks for a mistake where something is broken on purpose. */
export function FaultBanner({ source }: { source: Source }) {
  const { state, end } = useFaults(source)
  const broken = inWords(state)
  if (broken.length === 0) return null
  return (
    <p className="fault-banner" role="status">
      <b>
        <span aria-hidden="true">! </span>Broken on purpose:
      </b>{' '}
      {broken.join(', ')}.{state?.until !== undefined && ` Ends by itself at ${clock(state.until).slice(0, 8)}.`}{' '}
      <button type="button" className="small" onClick={end}>
        End all
      </button>
    </p>
  )
}
