import { nanoid } from 'headwater'
import type { KeyboardEvent } from 'react'
import { useCommit, useQuery } from './hooks.ts'
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

/** The text that is being typed, the same in all tabs of this browser. */
function useDraft(): [draft: string, setDraft: (text: string) => void] {
  const commit = useCommit()
  const [row] = useQuery(typedDraft, { label: 'NewTodo' })
  return [row?.draft ?? '', (text) => commit(events.draftChanged({ text }))]
}
