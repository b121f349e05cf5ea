import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import type { Source } from '../source.ts'
import type { EventForm } from '../tab/questions.ts'
import { sentence } from './EventDetail.tsx'
import { type Field, fieldsOf, filled, type Typed } from './form.ts'

/** Commits an event that is typed here, in a form made from its schema. */
export function NewEvent({ source, onClose }: { source: Source; onClose: () => void }) {
  const { data: events = [], error } = useQuery({
    queryKey: ['events', source.storeId],
    queryFn: () => source.tab({ type: 'events' }),
  })
  const [name, setName] = useState<string>()
  const event = events.find((each) => each.name === name) ?? events[0]
  return (
    <aside className="detail new-event" aria-label="New event">
      {error && <p className="trouble">{error.message}</p>}
      {event && <Form key={event.name} event={event} events={events} source={source} onName={setName} />}
      <button type="button" className="plain" aria-label="Close the form" onClick={onClose}>
        <span aria-hidden="true">✕</span>
      </button>
    </aside>
  )
}

type FormProps = {
  readonly event: EventForm
  readonly events: readonly EventForm[]
  readonly source: Source
  readonly onName: (name: string) => void
}

function Form({ event, events, source, onName }: FormProps) {
  const fields = fieldsOf(event)
  const [typed, setTyped] = useState<Typed>({})
  const [issues, setIssues] = useState<{ readonly [key: string]: string }>({})
  const [said, say] = useState('')

  const commit = async (submitted: FormEvent) => {
    submitted.preventDefault()
    say('')
    const made = filled(event.name, fields, typed)
    setIssues(made.type === 'wrong' ? made.issues : {})
    if (made.type === 'wrong') return
    const done = await source.tab({ type: 'commit', events: [made.event] }).catch((error: Error) => error)
    if (done instanceof Error) return say(done.message)
    if (done.type === 'committed') return say(`committed as ${done.commitId}`)
    const own = (path: string) => fields.find(({ key }) => key !== '' && path.split('.')[0] === key)?.key
    setIssues(Object.fromEntries(done.issues.flatMap((issue) => [[own(issue.path) ?? '', sentence(issue)]])))
    say(
      done.issues
        .filter(({ path }) => own(path) === undefined)
        .map(sentence)
        .join('; '),
    )
  }

  return (
    <form onSubmit={commit} noValidate>
      <label>
        <span>event</span>
        <select value={event.name} onChange={({ target }) => onName(target.value)}>
          {events.map(({ name, synced }) => (
            <option key={name} value={name}>
              {name}
              {synced ? '' : ' ◆'}
            </option>
          ))}
        </select>
      </label>
      {fields.map((field) => (
        <Input
          key={field.key}
          field={field}
          value={typed[field.key] ?? field.initial}
          issue={issues[field.key]}
          onType={(text) => setTyped({ ...typed, [field.key]: text })}
        />
      ))}
      <p className="actions">
        <button type="submit" className="small">
          Commit
        </button>
        <span role="status">{said}</span>
        {event.why && <span className="note">{event.why}</span>}
      </p>
    </form>
  )
}

const placeholders: Record<Field['kind'], string> = {
  text: '',
  number: '0',
  boolean: '',
  choice: '',
  date: '2026-11-22T10:00:00Z',
  bigint: '0',
  json: '{ }',
}

type InputProps = {
  readonly field: Field
  readonly value: string
  readonly issue: string | undefined
  readonly onType: (text: string) => void
}

function Input({ field, value, issue, onType }: InputProps) {
  const { key, kind, isRequired, choices } = field
  const id = useId()
  const shared = {
    id: `${id}-input`,
    value,
    'aria-required': isRequired,
    'aria-invalid': issue !== undefined,
    'aria-describedby': issue === undefined ? undefined : `${id}-issue`,
    onChange: ({ target }: { target: { value: string } }) => onType(target.value),
  }
  const options = kind === 'boolean' ? ['true', 'false'] : (choices ?? [])
  return (
    <div className="field">
      <label htmlFor={`${id}-input`}>
        {key || 'args as JSON'} {isRequired ? '' : <small>(optional)</small>}
      </label>
      {kind === 'boolean' || kind === 'choice' ? (
        <select {...shared}>
          {!isRequired && <option value="">–</option>}
          {options.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      ) : kind === 'json' ? (
        <textarea {...shared} rows={key ? 1 : 5} placeholder={placeholders[kind]} spellCheck={false} />
      ) : (
        <input {...shared} placeholder={placeholders[kind]} autoComplete="off" />
      )}
      {issue !== undefined && (
        <span id={`${id}-issue`} className="issue">
          ✕ {issue}
        </span>
      )}
    </div>
  )
}
