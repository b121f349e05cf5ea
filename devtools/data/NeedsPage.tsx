/** In place of what needs the app's schema and its tables. */
export function NeedsPage() {
  return (
    <div className="empty">
      <h2>This needs the page of the app</h2>
      <p>
        The tables, and what makes them from events, are in the page that opened the store, unless it leaves them with
        the leader. Open the panel there to look at its data.
      </p>
    </div>
  )
}
