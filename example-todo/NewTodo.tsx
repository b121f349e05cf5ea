import { nanoid } from 'headwater'
import { useCommit, useQuery } from 'headwater/react'
import { type KeyboardEvent, useReducer } from 'react'
import { typedDraft } from './queries.ts'
import { events } from './schema.ts'

export function NewTodo() {
  const commit = useCommit()
  const [draft, setDraft] = useDraft()

  const create = ({ key, nativeEvent }: KeyboardEvent) => {
    const text = draft.trim()
    if (key !== 'Enter' || nativeEvent.isComposing || text === '') return
    commit(events.todoCreated({ id: nanoid(), text }), events.draftChanged({ text: '' })) // both or neither
  }

  return (
    <input
      className="new-todo"
      aria-label="New todo"
      placeholder="What needs to be done?"
      autoComplete="off"
      // biome-ignore lint/a11y/noAutofocus: TodoMVC asks for it, and typing is what the page is for
      autoFocus
      value={draft}
      onChange={({ target }) => setDraft(target.value)}
      onKeyDown={create}
    />
  )
}

/**
 * The text that is being typed, the same in all tabs of this browser. A query tells its watchers at the end of the task; React
 * puts the caret of an input to its end unless the new value is rendered within the event, so this renders it there.
 */
function useDraft(): [draft: string, setDraft: (text: string) => void] {
  const commit = useCommit()
  const [row] = useQuery(typedDraft)
  const [, renderNow] = useReducer((renders: number) => renders + 1, 0)

  const setDraft = (text: string) => {
    commit(events.draftChanged({ text }))
    renderNow()
  }
  return [row?.draft ?? '', setDraft]
}
