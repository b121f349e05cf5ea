import { useParked } from 'headwater/react'
import { useState } from 'react'

export function ParkedList() {
  const { commits, retry, discard } = useParked() // in every tab, and again after a reload
  const [problem, setProblem] = useState('')
  return (
    <>
      {commits.map(({ commitId, events, reason }) => (
        <p key={commitId}>
          {events.map(({ name }) => name).join(', ')} was not saved: {reason}
          <button type="button" onClick={() => retry(commitId).catch(({ message }) => setProblem(message))}>
            Try again
          </button>
          <button type="button" onClick={() => discard(commitId)}>
            Discard
          </button>
        </p>
      ))}
      <output>{problem}</output>
    </>
  )
}
