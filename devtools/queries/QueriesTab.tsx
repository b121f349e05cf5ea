import { useStore } from 'zustand'
import type { StoreApi } from 'zustand/vanilla'
import type { Model } from '../model.ts'
import { clock } from '../sync/CommitDetail.tsx'
import { statsOf } from './stats.ts'

/** The live queries of this tab that ran since the panel was opened: the dearest first. */
export function QueriesTab({ model }: { model: StoreApi<Model> }) {
  const queries = useStore(model, ({ queries }) => queries)
  const rows = statsOf([...queries.values()])
  if (rows.length === 0) {
    return (
      <div className="empty">
        <h2>No query has run since this panel was opened</h2>
        <p>A live query runs again only when a commit writes what it reads. Commit something, and see which do.</p>
      </div>
    )
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
    <section className="queries" tabIndex={0} aria-label="Live queries">
      <table className="grid">
        <thead>
          <tr>
            <th scope="col">query</th>
            <th scope="col">runs</th>
            <th scope="col" title="Runs whose rows were the same as before">
              wasted
            </th>
            <th scope="col">p50</th>
            <th scope="col">p95</th>
            <th scope="col">rows</th>
            <th scope="col">last</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ sql, runs, wasted, p50, p95, rows, at }) => (
            <tr key={sql}>
              <td>
                <code>{sql}</code>
              </td>
              <td>{runs.toLocaleString('en')}</td>
              <td data-warn={wasted > runs / 2 || undefined}>
                {wasted > runs / 2 && '! '}
                {wasted.toLocaleString('en')}
              </td>
              <td>{milliseconds(p50)}</td>
              <td>{milliseconds(p95)}</td>
              <td>{rows.toLocaleString('en')}</td>
              <td>{clock(at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

const milliseconds = (ms: number) => (ms < 0.1 ? '< 0.1 ms' : `${ms.toFixed(1)} ms`) // browsers tell no less
