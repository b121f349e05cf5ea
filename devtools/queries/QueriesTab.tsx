import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useStore } from 'zustand'
import type { StoreApi } from 'zustand/vanilla'
import type { Model } from '../model.ts'
import type { Source } from '../source.ts'
import { clock } from '../sync/CommitDetail.tsx'
import { adviceOf, inWords } from './advice.ts'
import { causesOf, type Stats, statsOf } from './stats.ts'

/** The live queries of this tab that ran since the panel was opened: the dearest first. */
export function QueriesTab({ source, model }: { source: Source; model: StoreApi<Model> }) {
  const queries = useStore(model, ({ queries }) => queries)
  const [chosen, choose] = useState<string>()
  const rows = statsOf([...queries.values()])
  const shown = rows.find(({ sql }) => sql === chosen)
  if (rows.length === 0) {
    return (
      <div className="empty">
        <h2>No query has run since this panel was opened</h2>
        <p>A live query runs again only when a commit writes what it reads. Commit something, and see which do.</p>
      </div>
    )
  }
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
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
            {rows.map(({ sql, label, runs, wasted, p50, p95, rows, at }) => (
              <tr key={sql} data-selected={sql === chosen || undefined}>
                <td>
                  <button
                    type="button"
                    className="query"
                    aria-pressed={sql === chosen}
                    onClick={() => choose(sql === chosen ? undefined : sql)}
                  >
                    {label && <strong>{label}</strong>} <code>{sql}</code>
                  </button>
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
      {shown && <QueryDetail key={shown.sql} query={shown} source={source} onClose={() => choose(undefined)} />}
    </>
  )
}

type DetailProps = { readonly query: Stats; readonly source: Source; readonly onClose: () => void }

/** Why one query ran again, how it is run, and what would make that cheaper. */
function QueryDetail({ query: { sql, params, causes }, source, onClose }: DetailProps) {
  const plan = useQuery({
    queryKey: ['plan', source.storeId, sql],
    queryFn: () => source.tab({ type: 'plan', sql }),
    staleTime: 10_000,
  })
  const found = causesOf(causes)
  const advice = plan.data ? adviceOf(sql, plan.data) : []
  return (
    <aside className="detail query-detail" aria-label="Query">
      <div>
        <h3>ran again because of</h3>
        {found.length === 0 && <p className="note">nothing that was seen since the panel was opened</p>}
        <ul>
          {found.map(({ what, rows, runs, wasted, commitId }) => (
            <li key={what}>
              <b>{what}</b>
              {rows.length > 0 && ` (row ${rows.join(', ')})`}: {runs} {runs === 1 ? 'run' : 'runs'}
              {wasted > 0 && `, ${wasted} wasted`}, last by commit <code>{commitId}</code>
            </li>
          ))}
        </ul>
        {params.length > 0 && (
          <p className="note">
            bound to <code>{JSON.stringify(params)}</code>
          </p>
        )}
      </div>
      <div>
        <h3>plan</h3>
        <pre>{plan.error ? plan.error.message : (plan.data?.steps.join('\n') ?? '…')}</pre>
        {advice.map((each) => (
          <p key={each.table} className="advice">
            <span aria-hidden="true">! </span>
            {inWords(each)}
          </p>
        ))}
      </div>
      <button type="button" className="plain" aria-label="Close the query" onClick={onClose}>
        <span aria-hidden="true">✕</span>
      </button>
    </aside>
  )
}

const milliseconds = (ms: number) => (ms < 0.1 ? '< 0.1 ms' : `${ms.toFixed(1)} ms`) // browsers tell no less
