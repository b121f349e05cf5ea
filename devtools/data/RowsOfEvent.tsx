import { useEffect, useState } from 'react'
import type { Explorer } from '../fork/explorer.ts'
import { PastProgress } from './PastProgress.tsx'
import { RowsOfCommit } from './RowsOfCommit.tsx'
import { usePast } from './use-past.ts'

type Props = {
  readonly explorer: Explorer
  readonly commitId: string
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

function Answer({ explorer, commitId, event, onGo }: Props) {
  const { past } = explorer
  const state = usePast(explorer, true)
  const { revision } = state
  const [found, setFound] = useState<{ readonly revision: number; readonly at: number | undefined }>()
  useEffect(() => {
    let isWanted = true
    if (revision > 0) void past.find(commitId).then((at) => isWanted && setFound({ revision, at }))
    return () => {
      isWanted = false
    }
  }, [past, commitId, revision])
  return (
    <div className="rows-of-event">
      <PastProgress past={past} state={state} />
      {found?.revision === revision &&
        (found.at === undefined ? (
          <p className="soft">It is not in what was read of the log.</p>
        ) : (
          <RowsOfCommit explorer={explorer} commit={found.at} event={event} onGo={onGo} />
        ))}
    </div>
  )
}
