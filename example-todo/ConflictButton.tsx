import { useState } from 'react'
import { useStore, useSyncStatus } from './hooks.ts'

/** A second client is only loaded for this. */
const loadConflict = () => import('./conflict.ts')

/** Shows a rebase in one click: look at the devtools while it happens. */
export function ConflictButton() {
  const store = useStore()
  const { connection } = useSyncStatus()
  const [outcome, setOutcome] = useState<'idle' | 'making' | { readonly failed: string }>('idle')
  const isMaking = outcome === 'making'

  const make = async () => {
    setOutcome('making')
    try {
      const { makeConflict } = await loadConflict()
      await makeConflict(store)
      setOutcome('idle')
    } catch (error) {
      setOutcome({ failed: error instanceof Error ? error.message : String(error) })
    }
  }

  return (
    <section className="conflict" aria-label="Try a conflict">
      <button
        type="button"
        className="make-conflict"
        disabled={isMaking || connection.name !== 'online'}
        onClick={make}
      >
        {isMaking ? 'Making a conflict…' : 'Make a conflict'}
      </button>
      <span role="status">
        {typeof outcome === 'object'
          ? outcome.failed
          : 'goes offline, lets another client commit first, and comes back: your commits are rebased'}
      </span>
    </section>
  )
}
