import type { SqlValue } from '../../src/sqlite/port.ts'
import { textOf } from '../data/value.ts'
import type { Result } from './run.ts'

type Rows = Pick<Result, 'columns' | 'rows'>

/** As RFC 4180 has it; what is NULL is empty. */
export function toCsv({ columns, rows }: Rows): string {
  const line = (cells: readonly string[]) => cells.map(csvCell).join(',')
  return [line(columns), ...rows.map((row) => line(row.map((value) => (value === null ? '' : textOf(value)))))]
    .map((text) => `${text}\r\n`)
    .join('')
}

const csvCell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** An array of objects. What JSON cannot say is text: large integers, and blobs in hexadecimal. */
export function toJson({ columns, rows }: Rows): string {
  const names = columns.map((name, at) => (columns.indexOf(name) === at ? name : `${name}_${at + 1}`))
  const objects = rows.map((row) => Object.fromEntries(names.map((name, at) => [name, jsonOf(row[at] ?? null)])))
  return `${JSON.stringify(objects, null, 2)}\n`
}

function jsonOf(value: SqlValue): unknown {
  if (value instanceof Uint8Array || typeof value === 'bigint') return textOf(value)
  return value
}
