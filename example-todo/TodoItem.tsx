import { memo, useEffect, useId, useRef, useState } from 'react'
import { EditTodo } from './EditTodo.tsx'
import { useCommit } from './hooks.ts'
import type { Todo } from './queries.ts'
import { events } from './schema.ts'
import { useFocusKept } from './use-focus-kept.ts'

/** Whether what was editing is to give the focus back: not where the user went elsewhere. */
type Editing = { readonly on: boolean; readonly refocus: boolean }

export const TodoItem = memo(function TodoItem({ todo: { id, text, completed } }: { todo: Todo }) {
  const commit = useCommit()
  const labelId = useId()
  const row = useRef<HTMLLIElement>(null)
  const editButton = useRef<HTMLButtonElement>(null)
  const [editing, setEditing] = useState<Editing>({ on: false, refocus: false })

  useFocusKept(row)
  useEffect(() => {
    if (!editing.on && editing.refocus) editButton.current?.focus()
  }, [editing])

  const toggle = () => commit(completed ? events.todoUncompleted({ id }) : events.todoCompleted({ id }))
  const destroy = () => commit(events.todoDeleted({ id, deletedAt: new Date() }))
  const edit = () => setEditing({ on: true, refocus: false })

  const finish = (input: string | undefined, { refocus }: { refocus: boolean }) => {
    setEditing({ on: false, refocus })
    const edited = input?.trim()
    if (edited === '') destroy()
    else if (edited !== undefined && edited !== text) commit(events.todoTextChanged({ id, text: edited }))
  }

  const state = [completed && 'completed', editing.on && 'editing'].filter(Boolean).join(' ')
  return (
    <li ref={row} className={state || undefined}>
      <div className="view">
        <input className="toggle" type="checkbox" aria-labelledby={labelId} checked={completed} onChange={toggle} />
        {/* biome-ignore lint/a11y/noLabelWithoutControl: it names the checkbox by its id, and a click on it must not toggle */}
        <label id={labelId} onDoubleClick={edit}>
          {text}
        </label>
        <button ref={editButton} className="start-edit" type="button" aria-label={`Edit ${text}`} onClick={edit} />
        <button className="destroy" type="button" aria-label={`Delete ${text}`} onClick={destroy} />
      </div>
      {editing.on && <EditTodo text={text} onFinish={finish} />}
    </li>
  )
})
