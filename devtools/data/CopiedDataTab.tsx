import { useEffect, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import { createStore, type StoreApi } from 'zustand/vanilla'
import { print } from '../../src/event/sequence-number.ts'
import { type Copies, orderHere } from '../fork/copies.ts'
import type { Place } from '../fork/explorer.ts'
import type { Fork } from '../fork/sqlite.ts'
import type { Model } from '../model.ts'
import type { TablesCopy } from '../tab/questions.ts'
import { DataBrowser } from './DataBrowser.tsx'
import { Trouble } from './Trouble.tsx'

/** Milliseconds between two copies, at least; and as many times what the last one took. */
const leastWait = 500
const waitPerCost = 10

type Props = { readonly copies: Copies; readonly model: StoreApi<Model> }

/** The tables of a tab of another page, in copies that follow it. What needs the app's events is in its own page. */
export function CopiedDataTab({ copies, model }: Props) {
  const [isFollowing, setIsFollowing] = useState(true)
  const { shown, error } = useNewest(copies, useStore(model, orderHere), isFollowing)
  const place = useMemo(() => createStore<Place>(() => ({ commits: undefined, table: undefined, row: undefined })), [])
  if (!shown) return error ? <Trouble>{error}</Trouble> : <p className="empty">The tables are copied…</p>
  return (
    <div className="data-tab">
      {error && <Trouble>{error}</Trouble>}
      <DataBrowser
        db={shown.db}
        version={shown.db}
        place={place}
        clientOnly={new Set(shown.copy.clientOnly)}
        tools={
          <>
            <label className="check">
              <input type="checkbox" checked={isFollowing} onChange={({ target }) => setIsFollowing(target.checked)} />
              live
            </label>
            <span className="soft">a copy of {print(shown.copy.head)}</span>
          </>
        }
      />
    </div>
  )
}

type Shown = { readonly db: Fork; readonly copy: TablesCopy }

/** A copy of now whenever the order is another, not more often than copying is cheap. */
function useNewest(copies: Copies, order: unknown, isFollowing: boolean) {
  const [shown, show] = useState<Shown>()
  const [error, setError] = useState<string>()
  const known = useMemo(() => ({ ms: 0, doneAt: 0, isOver: false }), [])
  useEffect(() => {
    known.isOver = false
    return () => {
      known.isOver = true
    }
  }, [known])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another order is another state of the tables
  useEffect(() => {
    if (!isFollowing) return
    const renew = async () => {
      const started = performance.now()
      try {
        const [{ open }, copy] = await Promise.all([copies.sqlite(), copies.take()])
        if (known.isOver) return
        const db = open()
        db.deserialize(copy.bytes)
        show({ db, copy })
        setError(undefined)
      } catch (failure) {
        setError((failure as Error).message)
      }
      known.doneAt = performance.now()
      known.ms = known.doneAt - started
    }
    const due = known.doneAt === 0 ? 0 : known.doneAt + Math.max(leastWait, waitPerCost * known.ms)
    const timer = setTimeout(renew, Math.max(0, due - performance.now()))
    return () => clearTimeout(timer)
  }, [copies, order, isFollowing])
  useEffect(() => () => shown?.db.close(), [shown])
  return { shown, error }
}
