import type { Pointer, Raw } from './raw.ts'
import { readCString } from './text.ts'

/** A column of a table; or its rows as a whole, which is `''` where they are read and `'*'` where they come or go. */
export type Touch = { readonly table: string; readonly column: string }

/** What the authorizer was told while one statement was prepared, in the names that SQLite gave. */
export type Seen = {
  readonly reads: Touch[]
  readonly writes: Touch[]
  /** It creates, drops, alters or attaches, so statements prepared before may have other columns after it. */
  changesSchema: boolean
  /** It begins or ends a transaction or savepoint. */
  isTransaction: boolean
  /** It does nothing but read tables and call functions: a PRAGMA does more, whatever it says. */
  onlyReads: boolean
}

export type Authorizer = {
  /** Runs `prepare` and gathers what it touches into the returned value. */
  watch(prepare: () => void): Seen
  stop(): void
}

const INSERT = 18
const DELETE = 9
const DROP_VTABLE = 30
const READ = 20
const SELECT = 21
const TRANSACTION = 22
const UPDATE = 23
const FUNCTION = 31
const SAVEPOINT = 32
const RECURSIVE = 33

const ALLOW = 0
const IGNORE = 2

// Actions up to 17 create or drop something, DELETE and these apart: attach, detach, alter, create and drop a virtual table.
const otherSchemaActions = new Set([24, 25, 26, 29, DROP_VTABLE])
// Index, table, their temporary kinds, trigger, view: a drop asks next whether it may delete from what it drops.
const dropActions = new Set([10, 11, 12, 13, 14, 15, 16, 17, DROP_VTABLE])

const readActions = new Set([READ, SELECT, FUNCTION, RECURSIVE])

/**
 * Installed once for the life of a connection: changing it would make SQLite prepare every statement again. SQLite asks
 * it only while it prepares, so a prepared statement pays nothing. It must never throw.
 */
export function installAuthorizer(raw: Raw, db: Pointer): Authorizer {
  let seen: Seen = nothingSeen()
  let previous = 0

  // The module's own set_authorizer keeps one callback for all connections, so this registers under a key of its own.
  const key = raw.malloc64(4, 0)
  raw.heap().fill(0, key, key + 4) // flags: no callback is asynchronous
  raw.set_authorizer(db, 1, key)
  raw.callbacks.set(key, (_app, action, first, second) => {
    const answer = note(action!, first!, second!)
    previous = action!
    return answer
  })

  function note(action: number, first: Pointer, second: Pointer): number {
    seen.onlyReads &&= readActions.has(action)
    switch (action) {
      case READ:
        seen.reads.push(touch(first, second))
        return ALLOW
      case UPDATE:
        seen.writes.push(touch(first, second))
        return ALLOW
      case INSERT:
        seen.writes.push(rows(first))
        return ALLOW
      case DELETE: {
        const deleted = rows(first)
        seen.writes.push(deleted)
        return answerToDelete(deleted.table, previous)
      }
      default:
        seen.changesSchema ||= action <= 17 || otherSchemaActions.has(action)
        seen.isTransaction ||= action === TRANSACTION || action === SAVEPOINT
        return ALLOW
    }
  }

  function touch(table: Pointer, column: Pointer): Touch {
    const heap = raw.heap()
    return { table: readCString(heap, table), column: readCString(heap, column) }
  }

  function rows(table: Pointer): Touch {
    return { table: readCString(raw.heap(), table), column: '*' }
  }

  return {
    watch(prepare) {
      // SQLite may also prepare a statement again by itself, while it runs; what it says then goes to a value nobody reads.
      const mine = nothingSeen()
      const outer = seen
      seen = mine
      try {
        prepare()
      } finally {
        seen = outer
      }
      return mine
    },
    stop() {
      raw.set_authorizer(db, 0, 0)
      raw.callbacks.delete(key)
      raw.free(key)
    },
  }
}

/**
 * To ignore a DELETE means: delete row by row, not by truncating the table, so that update hooks hear of each. But a DROP
 * asks about the table that it drops and about sqlite_schema, and there the same answer would silently cancel the DROP.
 */
function answerToDelete(table: string, previous: number): number {
  return isInternal(table) || dropActions.has(previous) ? ALLOW : IGNORE
}

function nothingSeen(): Seen {
  return { reads: [], writes: [], changesSchema: false, isTransaction: false, onlyReads: true }
}

/** Of SQLite's own: the schema, sequences, statistics. */
function isInternal(table: string): boolean {
  return table.startsWith('sqlite_')
}
