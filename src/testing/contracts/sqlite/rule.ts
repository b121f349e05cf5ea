import type { Sqlite } from '../../../sqlite/port.ts'

/** A kind of database under test. Each call opens a new, empty one, which the caller of `run` closes. */
export type SqliteUnderTest = { open(): Sqlite; openInMemory(): Sqlite }

export type SqliteRule = { readonly name: string; run(test: SqliteUnderTest): void }

export function withTodos(db: Sqlite): Sqlite {
  db.exec(`
    CREATE TABLE todos (id TEXT PRIMARY KEY, text TEXT NOT NULL, done INTEGER NOT NULL DEFAULT 0);
    INSERT INTO todos (id, text) VALUES ('a', 'Buy milk'), ('b', 'Drink it');
  `)
  return db
}
