import { type ReactNode, useState } from 'react'
import type { Row } from '../../src/sqlite/port.ts'
import type { Table } from '../fork/tables.ts'
import { copyText } from '../take-out.ts'
import { kindOf, textOf } from './value.ts'

type Props = {
  readonly table: Table
  readonly row: Row
  readonly onClose: () => void
  /** What wrote it, or one column of it. */
  readonly history?: (column: string | undefined) => ReactNode
  readonly edit?: ReactNode
}

/** One row, with all of each value. */
export function RowDetail({ table, row, onClose, history, edit }: Props) {
  const [column, setColumn] = useState<string>()
  const [isHistory, setIsHistory] = useState(false)
  const key = table.key.map((name) => textOf(row[table.columns.findIndex((other) => other.name === name)] ?? null))
  return (
    <aside
      className="row-detail"
      aria-label={`Row ${key.join(', ')} of ${table.name}`}
      onKeyDown={({ key }) => key === 'Escape' && onClose()}
    >
      <header>
        <h3>
          {table.name} <code>{key.join(', ')}</code>
        </h3>
        <button type="button" className="plain" aria-label="Close the row" onClick={onClose}>
          <span aria-hidden="true">✕</span>
        </button>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
      <section className="row-parts" tabIndex={0} aria-label="The row and its history">
        <dl className="row-values">
          {table.columns.map(({ name }, nth) => {
            const value = row[nth] ?? null
            return (
              <div key={name} data-kind={kindOf(value)}>
                <dt>{name}</dt>
                <dd>
                  <span className="value">{textOf(value)}</span>
                  <span className="row-actions">
                    <button
                      type="button"
                      className="link"
                      aria-label={`Copy ${name}`}
                      onClick={({ currentTarget }) => void copyText(textOf(value), currentTarget)}
                    >
                      Copy
                    </button>
                    {history && (
                      <button
                        type="button"
                        className="link"
                        aria-label={`Why? What wrote ${name}`}
                        aria-pressed={isHistory && column === name}
                        onClick={() => {
                          setColumn(isHistory && column === name ? undefined : name)
                          setIsHistory(true)
                        }}
                      >
                        Why?
                      </button>
                    )}
                  </span>
                </dd>
              </div>
            )
          })}
        </dl>
        {history && (
          <section className="row-history-part" aria-label="History of the row">
            <h4>
              {column === undefined ? 'History of the row' : `What wrote ${column}`}{' '}
              {column !== undefined && (
                <button type="button" className="link" onClick={() => setColumn(undefined)}>
                  all of the row
                </button>
              )}
            </h4>
            {isHistory ? (
              history(column)
            ) : (
              <button type="button" className="toggle" onClick={() => setIsHistory(true)}>
                Show the events that wrote it
              </button>
            )}
          </section>
        )}
        {edit && (
          <details className="edit-part">
            <summary>Change the row</summary>
            {edit}
          </details>
        )}
      </section>
    </aside>
  )
}
