import { createBinder } from './bind.ts'
import { Connection, type Shared } from './connection.ts'
import type { Sqlite } from './port.ts'
import { rawExports } from './raw.ts'
import { instantiate, type WasmSource } from './wasm.ts'

/** One instance of SQLite, and the memory of all connections that it opens. */
export type SqliteModule = {
  /** Opens a database: in memory without a name, else in a file of a registered VFS. */
  open(filename?: string, vfs?: string): Sqlite
  /** For drivers that register a VFS. */
  readonly shared: Shared
}

let loading: Promise<SqliteModule> | undefined

/** Loads SQLite once for this window, worker or process; what is asked for later is the same module, whatever its options say. */
export function loadSqlite(options: { wasm?: WasmSource } = {}): Promise<SqliteModule> {
  loading ??= load(options.wasm).catch((error) => {
    loading = undefined // so that a tab that was offline can try again
    throw error
  })
  return loading
}

/** Another instance of SQLite than the app's: its memory is apart, and goes when nobody holds it. */
export function startSqlite(): Promise<SqliteModule> {
  return load(undefined)
}

async function load(wasm: WasmSource | undefined): Promise<SqliteModule> {
  const raw = rawExports(await instantiate(wasm))
  const shared = { raw, binder: createBinder(raw) }
  return {
    shared,
    open: (filename = ':memory:', vfs) => new Connection({ shared, filename, vfs }),
  }
}
