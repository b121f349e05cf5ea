import type { StoreApi } from 'zustand/vanilla'
import type { Model } from '../model.ts'
import type { Source } from '../source.ts'
import type { TablesCopy } from '../tab/questions.ts'
import type { Explorer } from './explorer.ts'
import { type ForkSqlite, startForkSqlite } from './sqlite.ts'

/** Copies of the tables that a tab shows, wherever that is. */
export type Copies = {
  take(): Promise<TablesCopy>
  /** Another one where the tables may be others. */
  version(): unknown
  /** An instance of SQLite for them. */
  sqlite(): Promise<ForkSqlite>
}

export function copiesOfPage({ store, page, sqlite }: Explorer): Copies {
  const { order, schema } = store.inspect
  return {
    take: async () => ({
      bytes: page.tables.serialize(),
      head: order().head,
      clientOnly: [...schema.clientOnlyTables],
    }),
    version: order,
    sqlite,
  }
}

/** Asked of a tab of another page. */
export function copiesOfTab(source: Source, model: StoreApi<Model>): Copies {
  let starting: Promise<ForkSqlite> | undefined
  return {
    take: () => source.tab({ type: 'tables' }),
    version: () => orderHere(model.getState()),
    sqlite: () => {
      starting ??= startForkSqlite()
      return starting
    },
  }
}

export const orderHere = ({ tabs, here }: Model) => tabs.find(({ sessionId }) => sessionId === here)?.order
