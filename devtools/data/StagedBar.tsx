import { useState } from 'react'
import type { Store } from '../../src/index.ts'
import type { Staged } from './edit.ts'
import { Trouble } from './Trouble.tsx'
import { count } from './value.ts'

type Props = {
  readonly store: Store
  readonly staged: readonly Staged[]
  readonly onChange: (staged: readonly Staged[]) => void
}

/** What will be committed, as one commit. */
export function StagedBar({ store, staged, onChange }: Props) {
  const [said, say] = useState<{ readonly error?: string; readonly done?: string }>({})
  const events = staged.flatMap((of) => of.events)
  const commit = () => {
    try {
      const { commitId } = store.commit(...events)
      say({ done: `Committed ${count(events.length, 'event')} as ${commitId}.` })
      onChange([])
    } catch (failure) {
      say({ error: (failure as Error).message })
    }
  }
  if (staged.length === 0)
    return said.done ? (
      <p className="staged soft" role="status">
        {said.done}
      </p>
    ) : null
  return (
    <section className="staged" aria-label="What will be committed">
      <div className="staged-head">
        <b>{count(events.length, 'event')} will be committed, as one commit</b>
        <button type="button" className="primary" onClick={commit}>
          Commit
        </button>
        <button type="button" className="toggle" onClick={() => onChange([])}>
          Discard
        </button>
      </div>
      {said.error && <Trouble>{said.error}</Trouble>}
      <ol>
        {staged.map(({ id, what, events: made }) => (
          <li key={id}>
            <span className="soft">{what}</span>
            {made.map(({ name, args }, nth) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: what is staged stays as it is
              <code key={nth}>
                {name} {JSON.stringify(args)}
              </code>
            ))}
            <button
              type="button"
              className="link"
              aria-label={`Discard ${what}`}
              onClick={() => onChange(staged.filter((other) => other.id !== id))}
            >
              Discard
            </button>
          </li>
        ))}
      </ol>
    </section>
  )
}
