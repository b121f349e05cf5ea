import type { Model } from '../model.ts'
import { originOf } from '../origin.ts'
import type { Bead } from '../protocol.ts'
import { numbers } from '../rebases/steps.ts'

/** One commit: what it is, and when it came where. */
export function CommitDetail({ bead, model, onClose }: { bead: Bead; model: Model; onClose: () => void }) {
  const life = model.lives.get(bead.commitId)
  const origin = originOf(model, bead)
  const rows: [string, string][] = [
    ['commit', bead.commitId],
    [
      'events',
      `${bead.names.join(', ')}${bead.events > bead.names.length ? ` and ${bead.events - bead.names.length} more` : ''}`,
    ],
    ['number', `${numbers(bead)}${bead.synced === 0 ? ' (client-only)' : ''}`],
    ['made by', `${origin.letter}, ${origin.words}`],
    ['made', clock(bead.at)],
    ['persisted', since(life?.persisted, bead.at)],
    ['confirmed', since(life?.confirmed, bead.at)],
    ['rebased', life ? (life.rebases === 1 ? 'once' : `${life.rebases} times`) : '–'],
  ]
  if (life?.ended) rows.push(['ended', life.ended])
  return (
    <aside className="detail" aria-label={`Commit ${bead.commitId}`}>
      <dl>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <button type="button" className="plain" aria-label="Close the commit" onClick={onClose}>
        <span aria-hidden="true">✕</span>
      </button>
    </aside>
  )
}

export const clock = (at: number) => new Date(at).toISOString().slice(11, 23)

/** Clocks of two machines differ: before it was made it was not here. */
const since = (at: number | undefined, made: number) =>
  at === undefined ? 'not seen' : `${clock(at)}${at >= made ? ` (+${at - made} ms)` : ''}`
