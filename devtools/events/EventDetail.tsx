import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { print } from '../../src/event/sequence-number.ts'
import type { Model } from '../model.ts'
import type { Source } from '../source.ts'
import { clock } from '../sync/CommitDetail.tsx'
import type { Issue } from '../tab/questions.ts'
import { copy } from '../take-out.ts'
import type { Chosen } from './EventList.tsx'

type Props = {
  readonly chosen: Chosen
  readonly source: Source
  readonly model: Model
  readonly onChoose: (chosen: Chosen) => void
  readonly onClose: () => void
  /** What else there is to say of it. */
  readonly children?: ReactNode
}

/** Of a commit of thousands of events, so many can be chosen one by one. */
const mostListed = 50

/** One event: its numbers, its args as they are stored and as materializers get them, its times, and what it wrote. */
export function EventDetail({ chosen, source, model, onChoose, onClose, children }: Props) {
  const { logged, nth } = chosen
  const { commit, head } = logged
  const event = commit.events[nth]!
  const [said, say] = useState('')
  const decoded = useQuery({
    queryKey: ['decoded', source.storeId, commit.commitId, nth],
    queryFn: () => source.tab({ type: 'decode', event }),
  })
  const life = model.lives.get(commit.commitId)
  const wrote = model.wrote.get(commit.commitId)
  const facts: [string, string][] = [
    ['commit', commit.commitId],
    ['number', head ? `the commit ends at ${print(head)}` : 'not confirmed: it may still change'],
    ['client', commit.clientId],
    ['session', commit.sessionId],
    ['made', new Date(commit.at).toISOString()],
    ['persisted', timeOf(life?.persisted, commit.at)],
    ['confirmed', timeOf(life?.confirmed, commit.at)],
    ['rebased', commit.generation === 1 ? 'once' : `${commit.generation} times`],
    ['goes to', event.synced ? 'the backend' : 'this client only'],
    ['rows', wrote ? rowsOf(wrote) : 'not seen being applied here'],
  ]

  const commitAgain = async () => {
    const events = commit.events.map(({ name, args, kinds }) => ({ name, args, kinds }))
    const done = await source.tab({ type: 'commit', events }).catch((error: Error) => error)
    if (done instanceof Error) say(done.message)
    else say(done.type === 'committed' ? `committed as ${done.commitId}` : done.issues.map(sentence).join('; '))
  }

  return (
    <aside className="detail" aria-label={`Event ${event.name}`}>
      <div>
        {commit.events.length > 1 && (
          <ul className="siblings" aria-label="Events of the commit">
            {commit.events.slice(0, mostListed).map(({ name }, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: events of a commit stay where they are
              <li key={at}>
                <button type="button" aria-current={at === nth} onClick={() => onChoose({ logged, nth: at })}>
                  {at + 1} {name}
                </button>
              </li>
            ))}
            {commit.events.length > mostListed && <li>and {commit.events.length - mostListed} more</li>}
          </ul>
        )}
        <dl>
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <p className="actions">
          <button
            type="button"
            className="small"
            onClick={async ({ currentTarget }) => say(await copy(JSON.stringify(event, null, 2), currentTarget))}
          >
            Copy
          </button>
          {source.kind !== 'recording' && (
            <button type="button" className="small" onClick={commitAgain}>
              Commit again
            </button>
          )}
          <span role="status">{said}</span>
        </p>
        {children}
      </div>
      <Args title="stored" text={JSON.stringify(event.args, null, 2)} />
      <Args title="decoded" text={decoded.error ? decoded.error.message : (decoded.data ?? '…')} />
      <button type="button" className="plain" aria-label="Close the event" onClick={onClose}>
        <span aria-hidden="true">✕</span>
      </button>
    </aside>
  )
}

function Args({ title, text }: { title: string; text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
    <pre tabIndex={0}>
      <small>{title}</small>
      {text}
    </pre>
  )
}

export const sentence = ({ path, message }: Issue) => (path ? `${path}: ${message}` : message)

const timeOf = (at: number | undefined, made: number) =>
  at === undefined ? 'not seen' : `${clock(at)}${at >= made ? ` (+${at - made} ms)` : ''}`

function rowsOf({ count, rows }: NonNullable<ReturnType<Model['wrote']['get']>>): string {
  if (count === 0) return 'none, or of tables whose rows are not told one by one'
  const told = rows.map(({ table, rowid }) => `${table} ${rowid}`).join(', ')
  return count > rows.length ? `${told} and ${count - rows.length} more` : told
}
