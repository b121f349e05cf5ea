import { Filters } from './Filters.tsx'
import { useCommit, useQuery } from './hooks.ts'
import { NewTodo } from './NewTodo.tsx'
import { activeIds, completedIds, filterOf, shownFilter, todosOf } from './queries.ts'
import { events } from './schema.ts'
import { TodoItem } from './TodoItem.tsx'

export function TodoApp() {
  const active = useQuery(activeIds, { label: 'TodoApp' }).length
  const completed = useQuery(completedIds).length

  return (
    <section className="todoapp" aria-labelledby="title">
      <header className="header">
        <h1 id="title">todos</h1>
        <NewTodo />
      </header>
      {active + completed > 0 && (
        <>
          <Main isAllCompleted={active === 0} />
          <Footer active={active} completed={completed} />
        </>
      )}
    </section>
  )
}

function Main({ isAllCompleted }: { isAllCompleted: boolean }) {
  const todos = useQuery(todosOf[filterOf(useQuery(shownFilter))], { label: 'TodoList' })
  return (
    <section className="main" aria-label="Todo list">
      <ToggleAll checked={isAllCompleted} />
      <ul className="todo-list">
        {todos.map((todo) => (
          <TodoItem key={todo.id} todo={todo} />
        ))}
      </ul>
    </section>
  )
}

/** One commit, however many todos there are. */
function ToggleAll({ checked }: { checked: boolean }) {
  const commit = useCommit()
  const toComplete = useQuery(activeIds)
  const toUncomplete = useQuery(completedIds)
  const toggleAll = () =>
    commit(...(checked ? toUncomplete.map(events.todoUncompleted) : toComplete.map(events.todoCompleted)))
  return (
    <>
      <input id="toggle-all" className="toggle-all" type="checkbox" checked={checked} onChange={toggleAll} />
      <label htmlFor="toggle-all">Mark all as complete</label>
    </>
  )
}

function Footer({ active, completed }: { active: number; completed: number }) {
  return (
    <footer className="footer">
      <span className="todo-count">
        <strong>{active}</strong> {active === 1 ? 'item' : 'items'} left
      </span>
      <Filters />
      {completed > 0 && <ClearCompleted />}
    </footer>
  )
}

function ClearCompleted() {
  const commit = useCommit()
  const ids = useQuery(completedIds).map(({ id }) => id)
  return (
    <button
      className="clear-completed"
      type="button"
      onClick={() => commit(events.completedTodosCleared({ ids, deletedAt: new Date() }))}
    >
      Clear completed
    </button>
  )
}
