import { nanoid } from 'headwater'
import type { Edits } from 'headwater/devtools'
import { events } from './schema.ts'

/** What the devtools commit when somebody changes a row there. */
export const edit: Edits = {
  todos: {
    insert: ({ id, text }) => events.todoCreated({ id: id ? String(id) : nanoid(), text: String(text ?? '') }),
    update: ({ id }, { text, completed, deletedAt }) => [
      ...(text === undefined ? [] : [events.todoTextChanged({ id: String(id), text: String(text) })]),
      ...(completed === undefined ? [] : [events[completed ? 'todoCompleted' : 'todoUncompleted']({ id: String(id) })]),
      ...(deletedAt ? [events.todoDeleted({ id: String(id), deletedAt: new Date(Number(deletedAt)) })] : []),
    ],
    remove: ({ id }) => events.todoDeleted({ id: String(id), deletedAt: new Date() }),
  },
}
