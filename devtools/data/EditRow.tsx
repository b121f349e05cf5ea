import { useState } from 'react'
import type { StoreEvent } from '../../src/index.ts'
import type { Schema } from '../../src/schema/schema.ts'
import type { Row, SqlValue } from '../../src/sqlite/port.ts'
import type { Table, TableColumn } from '../fork/tables.ts'
import { cellOf, type EditedRow, eventsFor, rowOf, type TableEdits } from './edit.ts'
import { Trouble } from './Trouble.tsx'
import { textOf } from './value.ts'

type Props = {
  readonly schema: Schema
  readonly table: Table
  /** Undefined for a new one. */
  readonly row: Row | undefined
  readonly edits: TableEdits
  readonly onStage: (what: string, events: readonly StoreEvent.Input[]) => void
}

/** A form for a row. What it gives are events, which are staged. */
export function EditRow({ schema, table, row, edits, onStage }: Props) {
  const [change, setChange] = useState<EditedRow>({})
  const [error, setError] = useState<string>()
  const { insert, update, remove } = edits
  const now = row ? rowOf(table, row) : {}
  const columns = table.columns.filter(({ name, isGenerated }) => !isGenerated && !(row && table.key.includes(name)))

  const stage = (what: string, make: Parameters<typeof eventsFor>[1]) => {
    try {
      onStage(
        `${table.name}${row ? ` ${table.key.map((name) => textOf(now[name] ?? null)).join(', ')}` : ''}: ${what}`,
        eventsFor(schema, make),
      )
      setChange({})
      setError(undefined)
    } catch (failure) {
      setError((failure as Error).message)
    }
  }

  const isForm = row ? update !== undefined : insert !== undefined
  return (
    <section className="edit-row" aria-label={row ? 'Change the row' : 'New row'}>
      <p className="soft">It becomes events of the app, which are shown before they are committed.</p>
      {isForm &&
        columns.map((column) => (
          <Field
            key={column.name}
            column={column}
            value={change[column.name] ?? (column.name in change ? null : (now[column.name] ?? null))}
            isChanged={column.name in change}
            onChange={(value) => setChange((before) => ({ ...before, [column.name]: value }))}
          />
        ))}
      {error && <Trouble>{error}</Trouble>}
      <div className="edit-actions">
        {row && update && (
          <button
            type="button"
            className="toggle"
            disabled={Object.keys(change).length === 0}
            onClick={() => stage(Object.keys(change).join(', '), () => update(now, change))}
          >
            Stage the change
          </button>
        )}
        {!row && insert && (
          <button type="button" className="toggle" onClick={() => stage('new', () => insert(change))}>
            Stage the row
          </button>
        )}
        {row && remove && (
          <button type="button" className="toggle" onClick={() => stage('remove', () => remove(now))}>
            Stage its removal
          </button>
        )}
      </div>
    </section>
  )
}

type FieldProps = {
  readonly column: TableColumn
  readonly value: SqlValue
  readonly isChanged: boolean
  readonly onChange: (value: SqlValue) => void
}

function Field({ column, value, isChanged, onChange }: FieldProps) {
  const { name, notNull } = column
  return (
    <label className="edit-field" data-changed={isChanged || undefined}>
      <span>
        {name}
        {isChanged && <b title="Changed"> *</b>}
      </span>
      <input
        value={value === null ? '' : textOf(value)}
        placeholder={value === null ? 'NULL' : ''}
        disabled={value instanceof Uint8Array}
        onChange={({ target }) => onChange(cellOf(column, target.value))}
      />
      {!notNull && value !== null && (
        <button type="button" className="link" onClick={() => onChange(null)}>
          NULL
        </button>
      )}
    </label>
  )
}
