import { useState } from 'react'
import { useStore } from 'zustand'
import type { StoreApi } from 'zustand/vanilla'
import { leaderName, type Model, nameOf, type Rebase } from '../model.ts'
import { clock } from '../sync/CommitDetail.tsx'
import { RebaseView } from './RebaseView.tsx'
import { causeOf, plural } from './steps.ts'

/** Every rebase of this client that was seen, newest first, and one of them in detail. */
export function RebasesTab({ model: store }: { model: StoreApi<Model> }) {
  const model = useStore(store)
  const [chosen, choose] = useState<number>()
  const { rebases } = model
  const shown = rebases.find(({ id }) => id === chosen) ?? rebases[0]
  if (!shown) return <Nothing />
  return (
    <div className="rebases">
      <ul className="rebase-list" aria-label="Rebases, newest first">
        {rebases.map((rebase) => (
          <li key={rebase.id}>
            <button type="button" aria-current={rebase === shown} onClick={() => choose(rebase.id)}>
              <span className="when">{clock(rebase.at)}</span>
              <span className="where">{whereOf(model, rebase)}</span>
              <span className="size">
                ↺ {plural(rebase.replayed, 'commit')} · {rebase.ms.toFixed(1)} ms
              </span>
              <span className="cause">{causeOf(rebase)}</span>
            </button>
          </li>
        ))}
      </ul>
      <RebaseView key={shown.id} rebase={shown} model={model} where={whereOf(model, shown)} />
    </div>
  )
}

function whereOf(model: Model, { where }: Rebase): string {
  return where === leaderName ? 'Leader' : nameOf(model, where)
}

function Nothing() {
  return (
    <div className="empty">
      <h2>No rebase yet</h2>
      <p>
        A rebase happens when others were faster: what waits here is rolled back, what came first is applied, and yours
        is applied again on top, with new numbers. Work offline in one browser, commit in two, and come back online.
      </p>
    </div>
  )
}
