import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { print } from '../../src/event/sequence-number.ts'
import { Pager } from '../data/DataBrowser.tsx'
import { Grid } from '../data/Grid.tsx'
import { pageSize } from '../data/page.ts'
import { Trouble } from '../data/Trouble.tsx'
import { count } from '../data/value.ts'
import type { Copies } from '../fork/copies.ts'
import { clock } from '../sync/CommitDetail.tsx'
import { copyText, download } from '../take-out.ts'
import { toCsv, toJson } from './export.ts'
import { loadHistory, saveHistory, withScript } from './history.ts'
import { mostRows, type Outcome, type PlanStep, type Problem, planOf, type Result, runScript } from './run.ts'
import { lineAndColumn } from './statements.ts'
import { useCopy } from './use-copy.ts'

type Shown =
  | { readonly name: 'nothing' }
  | ({ readonly name: 'rows'; readonly nth: number } & Outcome)
  | { readonly name: 'plan'; readonly steps: readonly PlanStep[]; readonly problem?: Problem }
  | { readonly name: 'failed'; readonly message: string }

/** SQL on a copy of the tables. */
export function SqlTab({ copies }: { copies: Copies }) {
  const [history, setHistory] = useState(loadHistory)
  const [script, setScript] = useState(history[0] ?? '')
  const [mayWrite, setMayWrite] = useState(false)
  const [shown, show] = useState<Shown>({ name: 'nothing' })
  const editor = useRef<HTMLTextAreaElement>(null)
  const { copy, take, drop } = useCopy(copies)
  const error = useId()

  const act = async (make: (db: Awaited<ReturnType<typeof take>>) => Shown) => {
    try {
      const made = make(await take(mayWrite))
      show(made)
      if ('problem' in made && made.problem?.isExact) {
        editor.current?.focus()
        editor.current?.setSelectionRange(made.problem.at, wordEnd(script, made.problem.at))
      }
    } catch (failure) {
      show({ name: 'failed', message: (failure as Error).message })
    }
  }
  const run = () => {
    const next = withScript(history, script)
    setHistory(next)
    saveHistory(next)
    return act((db) => ({ name: 'rows', nth: Date.now(), ...runScript(db, script) }))
  }
  const plan = () => act((db) => ({ name: 'plan', ...planOf(db, script) }))

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    void run()
  }

  const problem = 'problem' in shown ? shown.problem : undefined
  return (
    <div className="sql">
      <div className="sql-editor">
        <textarea
          ref={editor}
          aria-label="SQL"
          aria-invalid={problem !== undefined}
          aria-errormessage={problem && error}
          placeholder="SELECT …"
          spellCheck={false}
          rows={Math.min(10, Math.max(3, script.split('\n').length))}
          value={script}
          onChange={({ target }) => setScript(target.value)}
          onKeyDown={onKeyDown}
        />
      </div>
      <div className="tools">
        <button type="button" className="primary" title="Ctrl+Enter or ⌘+Enter" onClick={() => void run()}>
          Run
        </button>
        <button type="button" className="toggle" onClick={() => void plan()}>
          Plan
        </button>
        <label className="check" title="Only the copy changes: never the app's tables, and never the log">
          <input
            type="checkbox"
            checked={mayWrite}
            onChange={({ target }) => {
              setMayWrite(target.checked)
              if (!target.checked) drop()
            }}
          />
          may write to the copy
        </label>
        {history.length > 0 && (
          <select aria-label="What was run before" value="" onChange={({ target }) => setScript(target.value)}>
            <option value="" disabled>
              History
            </option>
            {history.map((text) => (
              <option key={text} value={text}>
                {text.replaceAll(/\s+/g, ' ').slice(0, 80)}
              </option>
            ))}
          </select>
        )}
        <span className="soft" role="status">
          {copy
            ? `on a copy of ${print(copy.head)}, ${clock(copy.at)}${copy.isOwn ? ', which may have changes of its own' : ''}`
            : 'on a copy of the tables'}
        </span>
        {copy?.isOwn && (
          <button type="button" className="toggle" onClick={drop}>
            New copy
          </button>
        )}
      </div>
      {problem && <ProblemView id={error} problem={problem} script={script} />}
      <ShownView shown={shown} />
    </div>
  )
}

const wordEnd = (text: string, at: number) => at + (/^\w+/.exec(text.slice(at))?.[0].length ?? 1)

function ProblemView({
  id,
  problem: { message, at, isExact },
  script,
}: {
  id: string
  problem: Problem
  script: string
}) {
  const { line, column } = lineAndColumn(script, at)
  const text = script.split('\n')[line - 1] ?? ''
  return (
    <div className="sql-problem" role="alert" id={id}>
      <p>
        <b>{message}</b> {isExact ? `Line ${line}, column ${column}.` : `In the statement at line ${line}.`}
      </p>
      {isExact && (
        <pre>
          {text.slice(0, column - 1)}
          <mark>{text.slice(column - 1, wordEnd(text, column - 1)) || ' '}</mark>
          {text.slice(wordEnd(text, column - 1))}
        </pre>
      )}
    </div>
  )
}

function ShownView({ shown }: { shown: Shown }) {
  switch (shown.name) {
    case 'nothing':
      return (
        <div className="empty">
          <h2>SQL on a copy of the tables</h2>
          <p>
            Ctrl+Enter or ⌘+Enter runs it. The copy is taken anew whenever the tables have changed; nothing here reaches
            the app.
          </p>
        </div>
      )
    case 'failed':
      return <Trouble>{shown.message}</Trouble>
    case 'plan':
      return shown.steps.length > 0 ? <PlanView steps={shown.steps} /> : null
    case 'rows':
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
        <section className="sql-results" aria-label="Results" tabIndex={0}>
          {shown.results.map((result, nth) => (
            <ResultView
              // biome-ignore lint/suspicious/noArrayIndexKey: a result is known by its place in its run
              key={`${shown.nth}/${nth}`}
              result={result}
              of={shown.results.length}
            />
          ))}
          {shown.results.length === 0 && !shown.problem && <p className="empty">There is no statement to run.</p>}
        </section>
      )
    default:
      return shown satisfies never
  }
}

function PlanView({ steps }: { steps: readonly PlanStep[] }) {
  return (
    <section className="sql-plan" aria-label="Query plan">
      <ol>
        {steps.map(({ depth, words, isScan }, nth) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: a step is known by its place
            key={nth}
            style={{ marginLeft: depth * 18 }}
            data-warn={isScan || undefined}
          >
            <code>{words}</code>
            {isScan && <span className="soft"> ! reads all rows</span>}
          </li>
        ))}
      </ol>
    </section>
  )
}

function ResultView({ result, of }: { result: Result; of: number }) {
  const { sql, columns, rows, isCut, changes, ms } = result
  const [offset, turn] = useState(0)
  const page = rows.slice(offset, offset + pageSize)
  const size = isCut ? `the first ${mostRows.toLocaleString('en')} rows` : count(rows.length, 'row')
  const words = columns.length > 0 ? size : changes > 0 ? `${count(changes, 'row')} written` : 'done'
  return (
    <div className="sql-result">
      <div className="tools">
        <span role="status">
          <b>{words}</b>
          {columns.length > 0 && changes > 0 && `, ${count(changes, 'row')} written`} in{' '}
          {ms < 0.1 ? '< 0.1' : ms.toFixed(1)} ms
        </span>
        {of > 1 && <code className="soft">{sql.replaceAll(/\s+/g, ' ').slice(0, 60)}</code>}
        {columns.length > 0 && (
          <>
            <button type="button" className="link" onClick={() => download('rows.csv', toCsv(result), 'text/csv')}>
              Save as CSV
            </button>
            <button type="button" className="link" onClick={() => download('rows.json', toJson(result))}>
              Save as JSON
            </button>
            <CopyJson text={() => toJson(result)} />
          </>
        )}
        {rows.length > pageSize && <Pager offset={offset} count={rows.length} shown={page.length} onTurn={turn} />}
      </div>
      {page.length > 0 && (
        <Grid
          label="Rows of the result"
          columns={columns.map((name) => ({ name }))}
          rows={page}
          from={offset}
          count={rows.length}
        />
      )}
    </div>
  )
}

function CopyJson({ text }: { text: () => string }) {
  const [said, say] = useState('')
  useEffect(() => {
    if (said === '') return
    const timer = setTimeout(say, 1_500, '')
    return () => clearTimeout(timer)
  }, [said])
  const copy = async (from: Node) =>
    say((await copyText(text(), from)) ? 'Copied' : 'The browser does not let it be copied')
  return (
    <>
      <button type="button" className="link" onClick={({ currentTarget }) => void copy(currentTarget)}>
        Copy as JSON
      </button>
      <span className="said" role="status">
        {said}
      </span>
    </>
  )
}
