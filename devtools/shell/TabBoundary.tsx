import { Component, type ReactNode } from 'react'

type Props = { readonly children: ReactNode }

/** What goes wrong in one tab is said there; the panel stays. */
export class TabBoundary extends Component<Props, { readonly error: Error | undefined }> {
  override state: { readonly error: Error | undefined } = { error: undefined }

  static getDerivedStateFromError(error: Error) {
    return { error }
  }

  override render() {
    const { error } = this.state
    if (!error) return this.props.children
    return (
      <div className="empty" role="alert">
        <h2>This tab of the panel failed</h2>
        <p>{error.message}</p>
        <p className="actions">
          <button type="button" className="small" onClick={() => this.setState(() => ({ error: undefined }))}>
            Try again
          </button>
        </p>
      </div>
    )
  }
}
