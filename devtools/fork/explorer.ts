import { createStore, type StoreApi } from 'zustand/vanilla'
import type { PageInspection, Store } from '../../src/index.ts'
import { realEnv } from '../../src/replica/real-env.ts'
import type { SqlValue } from '../../src/sqlite/port.ts'
import type { Edits } from '../data/edit.ts'
import { createPast, type Past } from './past.ts'
import { type ForkSqlite, startForkSqlite } from './sqlite.ts'

/** Where somebody looks: shared by the tabs, so that one leads to the other. */
export type Place = {
  /** The tables after so many commits; undefined for now. */
  readonly commits: number | undefined
  readonly table: string | undefined
  /** The key of a row to be shown. */
  readonly row: readonly SqlValue[] | undefined
}

/** What the tabs have in common that look at the tables: of a store of this page, until the panel is closed. */
export type Explorer = {
  readonly store: Store
  readonly page: PageInspection
  readonly past: Past
  /** What the app gives to change rows. */
  readonly edits: Edits
  readonly place: StoreApi<Place>
  /** An instance of SQLite for copies. */
  sqlite(): Promise<ForkSqlite>
  close(): void
}

export function createExplorer(store: Store, page: PageInspection, edits: Edits): Explorer {
  const { inspect } = store
  let starting: Promise<ForkSqlite> | undefined
  const sqlite = () => {
    starting ??= startForkSqlite()
    return starting
  }
  const past = createPast({
    schema: inspect.schema,
    log: page.log,
    order: inspect.order,
    start: sqlite,
    env: realEnv(),
  })
  const place = createStore<Place>(() => ({ commits: undefined, table: undefined, row: undefined }))
  return { store, page, past, edits, place, sqlite, close: past.close }
}
