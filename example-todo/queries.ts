import { and, eq, isNull, sql } from 'drizzle-orm'
import { select } from 'headwater'
import { type Filter, tables } from './schema.ts'

const { todos, uiState } = tables

export type Todo = { readonly id: string; readonly text: string; readonly completed: boolean }

const present = isNull(todos.deletedAt)
const active = and(present, eq(todos.completed, false))
const completed = and(present, eq(todos.completed, true))

/** In the order of the log, which is the same for everyone: SQLite counts rows as they are inserted. */
const list = (where: typeof present | typeof active) =>
  select({ id: todos.id, text: todos.text, completed: todos.completed }).from(todos).where(where).orderBy(sql`rowid`)

export const todosOf = { all: list(present), active: list(active), completed: list(completed) }

export const activeIds = select({ id: todos.id }).from(todos).where(active)
export const completedIds = select({ id: todos.id }).from(todos).where(completed)

export const shownFilter = select({ filter: uiState.filter }).from(uiState)
export const typedDraft = select({ draft: uiState.draft }).from(uiState)

export function filterOf([row]: readonly { readonly filter: Filter }[]): Filter {
  return row?.filter ?? 'all'
}
