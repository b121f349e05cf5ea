import type { Source } from '../source.ts'

/** In place of what needs the app's schema and its tables. */
export function NeedsPage({ kind }: Pick<Source, 'kind'>) {
  return (
    <div className="empty">
      <h2>{kind === 'recording' ? 'Not in a recording' : 'This needs the page of the app'}</h2>
      <p>
        {kind === 'recording'
          ? 'A recording has the log, and not what makes tables from its events.'
          : 'The tables, and what makes them from events, are in the page that opened the store, unless it leaves them with the leader. Open the panel there to look at its data.'}
      </p>
    </div>
  )
}
