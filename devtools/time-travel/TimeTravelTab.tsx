import { useDeferredValue, useEffect, useState } from 'react'
import { useStore } from 'zustand'
import type { StoreApi } from 'zustand/vanilla'
import type { Sqlite } from '../../src/sqlite/port.ts'
import { DataBrowser } from '../data/DataBrowser.tsx'
import { PastProgress } from '../data/PastProgress.tsx'
import { RowDetail } from '../data/RowDetail.tsx'
import { Trouble } from '../data/Trouble.tsx'
import { usePast } from '../data/use-past.ts'
import type { Explorer } from '../fork/explorer.ts'
import { keyOf } from '../fork/tables.ts'
import type { Model } from '../model.ts'
import { Differences } from './Differences.tsx'
import { Stop } from './Stop.tsx'

type Props = { readonly explorer: Explorer; readonly model: StoreApi<Model> }

type View = { readonly db: Sqlite; readonly commits: number; readonly revision: number }

/** The tables as they were after any commit of the log: in a database of the panel, so the app goes on as if nothing were. */
export function TimeTravelTab({ explorer, model: modelStore }: Props) {
  const { past, place, store } = explorer
  const state = usePast(explorer, true)
  const wanted = useStore(place, ({ commits }) => commits)
  const model = useStore(modelStore)
  const [look, setLook] = useState<'differences' | 'tables'>('differences')
  const [view, setView] = useState<View>()
  const [error, setError] = useState<string>()
  const { commits: all, revision, phase } = state
  const at = Math.min(wanted ?? all, all)
  const settled = useDeferredValue(at) // the slider goes on while differences are counted
  const isThere = phase !== 'unread' && phase !== 'reading' && phase !== 'failed'

  useEffect(() => {
    if (!isThere) return
    past
      .at(at)
      .then((db) => {
        if (db) setView({ db, commits: at, revision })
        setError(undefined)
      })
      .catch((failure: Error) => setError(failure.message))
  }, [past, at, revision, isThere])

  const go = (commits: number) => place.setState({ commits: commits >= all ? undefined : Math.max(0, commits) })
  if (revision === 0) {
    return (
      <div className="travel">
        <PastProgress past={past} state={state} />
        {phase !== 'failed' && phase !== 'stopped' && <p className="empty">Reading the log…</p>}
      </div>
    )
  }
  return (
    <div className="travel">
      <div className="travel-bar">
        <div className="travel-slider">
          <button
            type="button"
            className="plain"
            aria-label="Before the first commit"
            disabled={at === 0}
            onClick={() => go(0)}
          >
            <span aria-hidden="true">«</span>
          </button>
          <button
            type="button"
            className="plain"
            aria-label="One commit back"
            disabled={at === 0}
            onClick={() => go(at - 1)}
          >
            <span aria-hidden="true">‹</span>
          </button>
          <input
            type="range"
            aria-label="Place in the log"
            aria-valuetext={at === all ? 'now' : `after ${at} of ${all} commits`}
            min={0}
            max={all}
            value={at}
            onChange={({ target }) => go(target.valueAsNumber)}
          />
          <button
            type="button"
            className="plain"
            aria-label="One commit on"
            disabled={at >= all}
            onClick={() => go(at + 1)}
          >
            <span aria-hidden="true">›</span>
          </button>
          <button type="button" className="toggle" disabled={at >= all} onClick={() => go(all)}>
            Now
          </button>
        </div>
        <Stop explorer={explorer} model={model} at={at} all={all} waiting={state.waiting} />
      </div>
      <PastProgress past={past} state={state} />
      <div className="tools">
        <fieldset className="choice">
          <legend className="unseen">What to look at</legend>
          {(['differences', 'tables'] as const).map((name) => (
            <button
              key={name}
              type="button"
              className="toggle"
              aria-pressed={look === name}
              onClick={() => setLook(name)}
            >
              {name === 'differences' ? 'What is otherwise now' : 'Tables as they were'}
            </button>
          ))}
        </fieldset>
        <span className="soft" role="status">
          {view && view.commits !== at ? 'Going there…' : ''}
        </span>
      </div>
      {error && <Trouble>{error}</Trouble>}
      {look === 'differences' ? (
        <Differences explorer={explorer} state={state} at={settled} onOpen={() => setLook('tables')} />
      ) : (
        view && (
          <DataBrowser
            db={view.db}
            version={view}
            place={place}
            clientOnly={store.inspect.schema.clientOnlyTables}
            detail={(table, row, onClose) => (
              <RowDetail key={keyOf(table, row)} table={table} row={row} onClose={onClose} />
            )}
          />
        )
      )}
    </div>
  )
}
