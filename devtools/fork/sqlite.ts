import { Connection } from '../../src/sqlite/connection.ts'
import { whileNot } from '../../src/sqlite/interrupt.ts'
import type { Sqlite } from '../../src/sqlite/port.ts'
import type { Pointer } from '../../src/sqlite/raw.ts'
import { startSqlite } from '../../src/sqlite/wa-sqlite.ts'

/** Databases of the panel: in an instance of SQLite of its own, so that nothing here reaches the app's memory. */
export type ForkSqlite = { open(): Fork }

export type Fork = Sqlite & {
  /** What `act` runs here is stopped after so many milliseconds: SQLITE_INTERRUPT. */
  within<T>(ms: number, act: () => T): T
}

export async function startForkSqlite(): Promise<ForkSqlite> {
  const { shared } = await startSqlite()
  return {
    open() {
      let handle: Pointer | undefined
      const onOpen = (_: unknown, db: Pointer) => {
        handle = db
      }
      const db = new Connection({ shared, filename: ':memory:', onOpen })
      return Object.assign(db, {
        within<T>(ms: number, act: () => T): T {
          const until = performance.now() + ms
          return whileNot(shared.raw, handle!, () => performance.now() > until, act)
        },
      })
    },
  }
}
