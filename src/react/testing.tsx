/** What the tests of this room share: a small schema, and an error boundary that can be reset. */
import { configure } from '@testing-library/react'
import { eq } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { Component, type ReactNode } from 'react'
import { z } from 'zod'
import { type Adapter, Events, insert, makeInMemoryAdapter, makeSchema, update } from '../index.ts'

configure({ asyncUtilTimeout: 20_000 }) // for machines that are busy with other tests

export const tables = {
  todos: sqliteTable('todos', {
    id: text().primaryKey(),
    text: text().notNull(),
    completed: integer({ mode: 'boolean' }).notNull().default(false),
  }),
  notes: sqliteTable('notes', { id: text().primaryKey(), text: text().notNull() }),
}

export const events = {
  todoCreated: Events.synced({ name: 'v1.TodoCreated', schema: z.object({ id: z.string(), text: z.string() }) }),
  todoCompleted: Events.synced({ name: 'v1.TodoCompleted', schema: z.object({ id: z.string() }) }),
  noteWritten: Events.synced({ name: 'v1.NoteWritten', schema: z.object({ id: z.string(), text: z.string() }) }),
  noteChanged: Events.synced({ name: 'v1.NoteChanged', schema: z.object({ id: z.string(), text: z.string() }) }),
}

const { todos, notes } = tables

/** What `schema` is made of. */
export const declared = {
  version: '1',
  tables,
  events,
  materializers: {
    'v1.TodoCreated': ({ id, text }) => insert(todos).values({ id, text }),
    'v1.TodoCompleted': ({ id }) => update(todos).set({ completed: true }).where(eq(todos.id, id)),
    'v1.NoteWritten': ({ id, text }) => insert(notes).values({ id, text }),
    'v1.NoteChanged': ({ id, text }) => update(notes).set({ text }).where(eq(notes.id, id)),
  } satisfies Parameters<typeof makeSchema<typeof tables, typeof events>>[0]['materializers'],
}

export const schema = makeSchema(declared)

/** The in-memory adapter, and how often a store was opened and closed through it. */
export function countingAdapter() {
  const inMemory = makeInMemoryAdapter()
  const counts = { opened: 0, closed: 0 }
  const adapter: Adapter = async (options) => {
    counts.opened++
    const attachment = await inMemory(options)
    const close = () => {
      counts.closed++
      return attachment.close()
    }
    return { ...attachment, close }
  }
  return { adapter, counts }
}

type BoundaryProps = { readonly children: ReactNode }

/** Shows the message of what was thrown, on a button that tries again. */
export class ErrorBoundary extends Component<BoundaryProps, { error: Error | undefined }> {
  override state = { error: undefined as Error | undefined }

  static getDerivedStateFromError(error: Error) {
    return { error }
  }

  override render() {
    const { error } = this.state
    if (!error) return this.props.children
    return (
      <button type="button" onClick={() => this.setState({ error: undefined })}>
        {error.message}
      </button>
    )
  }
}
