import { print } from '../../src/event/sequence-number.ts'
import { usePlaced } from '../data/RowHistory.tsx'
import { count } from '../data/value.ts'
import type { Explorer } from '../fork/explorer.ts'
import type { Model } from '../model.ts'
import { originOf } from '../origin.ts'
import { clock } from '../sync/CommitDetail.tsx'

type Props = {
  readonly explorer: Explorer
  readonly model: Model
  /** After so many commits, of so many; of these the last ones wait for the backend. */
  readonly at: number
  readonly all: number
  readonly waiting: number
}

/** Where on the way somebody stands: right after which commit. */
export function Stop({ explorer, model, at, all, waiting }: Props) {
  const placed = usePlaced(explorer, at - 1)
  if (at === 0) {
    return (
      <p className="stop">
        <b>Before the first commit</b> of {count(all, 'commit')}
      </p>
    )
  }
  if (!placed) {
    return <p className="stop">{placed === null ? 'After a client-only commit that a later one superseded' : '…'}</p>
  }
  const { commit, head } = placed
  const origin = originOf(model, commit)
  const names = commit.events.map(({ name }) => name)
  return (
    <p className="stop">
      <b>{at === all ? 'Now' : `After ${print(head)}`}</b>
      {at === all && ` (after ${print(head)})`}
      {at > all - waiting && <span title="It may still be given another number">, not confirmed</span>}{' '}
      <span className="origin" data-colour={origin.colour} title={origin.words}>
        {origin.letter}
      </span>{' '}
      <span className="event-name" title={names.join(', ')}>
        {names.slice(0, 2).join(', ')}
        {names.length > 2 && ` and ${names.length - 2} more`}
      </span>{' '}
      <span className="soft">
        {clock(commit.at)} · commit {at.toLocaleString('en')} of {all.toLocaleString('en')}
      </span>
    </p>
  )
}
