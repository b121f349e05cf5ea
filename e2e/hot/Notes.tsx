import { nanoid, select } from 'headwater'
import { useEffect, useState } from 'react'
import { useCommit, useQuery } from './hooks.ts'
import { events, notes } from './schema.ts'

/** Every column of every note, and what somebody types. */
export function Notes() {
  const rows = useQuery(select().from(notes).orderBy(notes.text))
  const commit = useCommit()
  const [draft, setDraft] = useState('')
  useEffect(() => {
    window.notes ??= 0
    window.note = () => {
      const text = `note ${window.notes}`
      commit(events.noted({ id: nanoid(), text }))
      window.notes += 1
    }
  }, [commit])
  return (
    <>
      <input aria-label="draft" value={draft} onChange={({ target }) => setDraft(target.value)} />
      <ol>
        {rows.map(({ id, ...columns }) => (
          <li key={id}>{Object.values(columns).join(' ')}</li>
        ))}
      </ol>
    </>
  )
}

declare global {
  interface Window {
    /** Commits one. Throws while there is no store. */
    note(): void
    /** How many were committed in this page. */
    notes: number
  }
}
