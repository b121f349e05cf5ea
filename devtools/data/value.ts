import type { SqlValue } from '../../src/sqlite/port.ts'

export type Kind = 'null' | 'number' | 'text' | 'blob'

export function kindOf(value: SqlValue): Kind {
  if (value === null) return 'null'
  if (value instanceof Uint8Array) return 'blob'
  return typeof value === 'string' ? 'text' : 'number'
}

/** All of a value, as somebody takes it elsewhere. */
export function textOf(value: SqlValue): string {
  if (value === null) return 'NULL'
  return value instanceof Uint8Array ? `x'${hexOf(value)}'` : String(value)
}

const mostShown = 240

/** A value in a cell: on one line, and not for ever. */
export function shortText(value: SqlValue): string {
  if (value instanceof Uint8Array) {
    return `x'${hexOf(value.subarray(0, 12))}${value.length > 12 ? '…' : ''}' ${count(value.length, 'byte')}`
  }
  const text = textOf(value)
  return text.length > mostShown ? `${text.slice(0, mostShown)}… ${count(text.length, 'character')}` : text
}

const hexOf = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

export const count = (of: number, what: string) => `${of.toLocaleString('en')} ${what}${of === 1 ? '' : 's'}`
