import type { Past, PastState } from '../fork/past.ts'

/** How far the log was replayed, and what can be done about it. Nothing where all of it was. */
export function PastProgress({ past, state }: { past: Past; state: PastState }) {
  const { phase, readTo, logEnds, share, error } = state
  switch (phase) {
    case 'read':
      return null
    case 'failed':
      return (
        <div className="past-progress">
          <p className="trouble in-place" role="alert">
            The log could not be replayed: {error}
          </p>
          <Go past={past} word="Try again" />
        </div>
      )
    case 'stopped':
    case 'bounded':
      return (
        <div className="past-progress">
          <span role="status">
            Looked at e1 to {readTo}; the log ends at {logEnds}.
          </span>
          <Go past={past} word="Read on" />
        </div>
      )
    case 'unread':
    case 'reading':
      if (logEnds === '' || share === 1) return null // it is as good as there
      return (
        <div className="past-progress">
          <label>
            Replaying the log, {readTo} of {logEnds} <progress value={share} />
          </label>
          <button type="button" className="toggle" onClick={past.stop}>
            Stop
          </button>
        </div>
      )
    default:
      return phase satisfies never
  }
}

function Go({ past, word }: { past: Past; word: string }) {
  return (
    <button type="button" className="toggle" onClick={() => void past.read()}>
      {word}
    </button>
  )
}
