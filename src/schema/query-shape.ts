import { Column, is, Name, Param, SQL, StringChunk, Table } from 'drizzle-orm'

/** What a query is beside its values. Two of the same shape have the same SQL, and their parameters in the same order. */
export type Shape = {
  readonly key: string
  /** As the query's parameters have them, in the order in which they were met. */
  readonly values: readonly unknown[]
}

/**
 * The shape of a Drizzle select, or of raw SQL. Undefined for what is not understood, joins and subqueries among it.
 *
 * Drizzle writes the SQL of a query anew each time, at 25 to 40 µs; a shape is read in about one, and components ask for the
 * same few queries at every render.
 */
export function shapeOf(query: object): Shape | undefined {
  const into: Into = { key: '', values: [] }
  return (query instanceof SQL ? readSql(into, query) : readSelect(into, query)) ? into : undefined
}

type Into = { key: string; readonly values: unknown[] }

/** Adds what it reads, and says whether it understood that. */
type Read<Part> = (into: Into, part: Part) => boolean

/** A select's configuration, which Drizzle keeps to itself; of one in which other members are set nothing is read. */
type Config = {
  readonly fields: { readonly [path: string]: unknown }
  readonly table: unknown
  readonly distinct?: boolean | undefined
  readonly where?: unknown
  readonly groupBy?: readonly unknown[] | undefined
  readonly having?: unknown
  readonly orderBy?: readonly unknown[] | undefined
  readonly limit?: unknown
  readonly offset?: unknown
}

/** In the order in which Drizzle writes them. */
function readSelect(into: Into, query: { readonly config?: Config }): boolean {
  const { config } = query
  if (!config) return false
  const { fields, table, distinct, where, groupBy, having, orderBy, limit, offset, ...others } = config
  if (Object.values(others).some(isSet) || !isCount(limit) || !isCount(offset)) return false
  into.key += distinct ? 'distinct' : 'select'
  for (const path in fields) {
    readText(into, path)
    if (!readField(into, fields[path])) return false
  }
  return (
    readName(into, table) &&
    readPart(into, where) &&
    readList(into, groupBy ?? [], readPart) &&
    readPart(into, having) &&
    readList(into, orderBy ?? [], readPart) &&
    readPart(into, limit) &&
    readPart(into, offset || undefined) // Drizzle writes no OFFSET of 0
  )
}

/** Drizzle begins with empty lists. */
export function isSet(member: unknown): boolean {
  return Array.isArray(member) ? member.length > 0 : Boolean(member)
}

function isCount(limit: unknown): boolean {
  return limit === undefined || (typeof limit === 'number' && limit >= 0)
}

/** In what is selected, an SQL is also the way in which its values are read. */
function readField(into: Into, field: unknown): boolean {
  if (is(field, SQL.Aliased)) {
    if ((field as { readonly isSelectionField?: boolean }).isSelectionField) return false
    readText(into, field.fieldAlias)
    return readField(into, field.sql)
  }
  if (!is(field, SQL)) return readName(into, field)
  into.key += `#${numberOf((field as unknown as { readonly decoder: object }).decoder)};`
  return readSql(into, field)
}

const readSql: Read<SQL> = (into, sql) => {
  const { queryChunks, shouldInlineParams } = sql as SQL & { readonly shouldInlineParams?: boolean }
  return !shouldInlineParams && readList(into, queryChunks, readPart)
}

function readList<Part>(into: Into, parts: readonly Part[], read: Read<Part>): boolean {
  into.key += `[${parts.length};`
  for (const part of parts) if (!read(into, part)) return false
  return true
}

const readPart: Read<unknown> = (into, part) => {
  if (part === undefined) {
    into.key += '-'
    return true
  }
  if (typeof part !== 'object' || part === null) return readValue(into, part)
  if (part instanceof StringChunk) return readText(into, part.value.join(''))
  if (part instanceof Param) return readParam(into, part)
  if (part instanceof SQL) return readSql(into, part)
  if (Array.isArray(part)) return readList(into, part, readPart)
  if (part instanceof Name) {
    into.key += 'n'
    return readText(into, part.value)
  }
  return readName(into, part)
}

function readText(into: Into, text: string): true {
  into.key += `${text.length}:${text}`
  return true
}

function readParam(into: Into, { value, encoder }: Param): boolean {
  if (typeof value === 'object' && value !== null && 'getSQL' in value) return false // a placeholder
  return readValue(into, value === null ? null : encoder.mapToDriverValue(value))
}

function readValue(into: Into, value: unknown): boolean {
  if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) return false
  into.values.push(value)
  into.key += '?'
  return true
}

const names = new WeakMap<object, string>()
const numbers = new WeakMap<object, number>()
let count = 0

/** A table or a column, which never change. */
const readName: Read<unknown> = (into, thing) => {
  if (typeof thing !== 'object' || thing === null) return false
  let name = names.get(thing)
  if (name === undefined) {
    if (!is(thing, Column) && !is(thing, Table)) return false
    name = `@${numberOf(thing)};`
    names.set(thing, name)
  }
  into.key += name
  return true
}

function numberOf(thing: object): number {
  const before = numbers.get(thing)
  if (before !== undefined) return before
  numbers.set(thing, ++count)
  return count
}
