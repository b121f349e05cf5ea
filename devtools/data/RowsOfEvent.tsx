import { useState } from 'react'
import type { Client } from '../../src/event/sequence-number.ts'
import type { Explorer } from '../fork/explorer.ts'
import { PastProgress } from './PastProgress.tsx'
import { RowsOfCommit } from './RowsOfCommit.tsx'
import { usePast } from './use-past.ts'

type Props = {
  readonly explorer: Explorer
  readonly commitId: string
  /** Its number, where it is confirmed. */
  readonly head: Client | undefined
  readonly event: number
  /** To the tables. */
  readonly onGo: () => void
}

/** The rows that an event changed, by the log replayed beside the app: once somebody asks. */
export function RowsOfEvent(props: Props) {
  const [isAsked, setIsAsked] = useState(false)
  if (isAsked) return <Answer {...props} />
  return (
    <button type="button" className="toggle" onClick={() => setIsAsked(true)}>
      Show the rows it changed
    </button>
  )
}

function Answer({ explorer, commitId, head, event, onGo }: Props) {
  const { past } = explorer
  const state = usePast(explorer, true)
  const at = past.find({ commitId, head })
  return (
    <div className="rows-of-event">
      <PastProgress past={past} state={state} />
      {at !== undefined && <RowsOfCommit explorer={explorer} commit={at} event={event} onGo={onGo} />}
      {at === undefined && state.phase !== 'reading' && state.revision > 0 && (
        <p className="soft">It is not in what was read of the log.</p>
      )}
    </div>
  )
}
