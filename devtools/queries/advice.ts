/** What a plan says that could be better. Pure. */
import type { Plan } from '../tab/questions.ts'

/** A smaller table is looked through in no time. */
const large = 1_000

export type Advice = { readonly table: string; readonly rows: number; readonly columns: readonly string[] }

/** Large tables that a query looks through from end to end, and the columns by which it picks rows of them. */
export function adviceOf(sql: string, { steps, rows }: Plan): Advice[] {
  return steps.flatMap((step) => {
    const [, table, how = ''] = /\bSCAN (\w+)(.*)/.exec(step) ?? []
    const count = table === undefined ? undefined : rows[table]
    if (table === undefined || count === undefined || count < large || /\bUSING\b/.test(how)) return []
    return [{ table, rows: count, columns: columnsOf(sql, table) }]
  })
}

export function inWords({ table, rows, columns }: Advice): string {
  const size = `${rows.toLocaleString('en')} rows`
  if (columns.length === 0) return `looks through all ${size} of ${table}`
  return `looks through all ${size} of ${table}; an index on ${columns.join(', ')} would spare it that`
}

const compared = /(?:"(\w+)"\.)?"(\w+)"\s*(?:=|<|>|<=|>=|in|between|is)\s/gi

/** Those that stand in its conditions, or else those that it orders by. */
function columnsOf(sql: string, table: string): string[] {
  const [, conditions = ''] = /\bwhere\b(.*?)(?:\bgroup by\b|\border by\b|\blimit\b|$)/is.exec(sql) ?? []
  const found = [...conditions.matchAll(compared)].flatMap(([, of, column]) =>
    column && (of === undefined || of === table) ? [column] : [],
  )
  if (found.length > 0) return [...new Set(found)]
  const [, order = ''] = /\border by\b(.*?)(?:\blimit\b|$)/is.exec(sql) ?? []
  const ordered = [...order.matchAll(/(?:"(\w+)"\.)?"(\w+)"/g)]
  return [
    ...new Set(ordered.flatMap(([, of, column]) => (column && (of === undefined || of === table) ? [column] : []))),
  ]
}
