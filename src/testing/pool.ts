import { type OpfsPool, openOpfsPool } from '../sqlite/opfs.ts'
import type { Directory } from '../sqlite/opfs-files.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'

const sqlite = await loadSqlite()

/** The files of a store on a disk in memory, opened as its leader does. */
export function openPool({ root }: { readonly root: Directory }): Promise<OpfsPool> {
  return openOpfsPool(sqlite, { directory: 'store', env: { root: async () => root, sleep: async () => undefined } })
}
