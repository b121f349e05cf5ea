import { Component, type ReactNode } from 'react'
import { defaultStoreId, storeId } from './address.ts'

type State = { readonly error?: unknown }

/** What cannot go on says why, and lets the user try again. */
export class FailureBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = {}

  static getDerivedStateFromError(error: unknown): State {
    return { error }
  }

  override render() {
    const { error } = this.state
    if (error === undefined) return this.props.children
    return (
      <section className="todoapp failure" role="alert">
        <h1>todos</h1>
        <h2>The todos cannot be shown</h2>
        <p className="reason">{error instanceof Error ? error.message : String(error)}</p>
        <button type="button" onClick={() => this.setState({ error: undefined })}>
          Try again
        </button>
        {storeId !== defaultStoreId && <a href={location.pathname}>Open the store “{defaultStoreId}”</a>}
      </section>
    )
  }
}
