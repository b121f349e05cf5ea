import type { Sqlite } from '../../../sqlite/port.ts'
import { refuses, same } from '../check.ts'
import { type SqliteRule, withTodos } from './rule.ts'

export const bytesRules: readonly SqliteRule[] = [
  {
    name: 'a database in memory made of the bytes of another holds the same and can be written',
    run({ open, openInMemory }) {
      const db = withTodos(open())
      db.exec('CREATE INDEX by_text ON todos (text); PRAGMA user_version = 7')
      const copy = copied(db, openInMemory())
      same(copy.all('SELECT * FROM todos ORDER BY id'), db.all('SELECT * FROM todos ORDER BY id'))
      same(copy.all('PRAGMA user_version'), [[7]])
      same(copy.all('PRAGMA integrity_check'), [['ok']])
      for (let i = 0; i < 3_000; i++) copy.run('INSERT INTO todos (id, text) VALUES (?, ?)', [`n${i}`, 'x'.repeat(100)])
      same(copy.all('SELECT count(*) FROM todos'), [[3_002]])
      same(copy.all('PRAGMA integrity_check'), [['ok']])
      same(db.all('SELECT count(*) FROM todos'), [[2]])
    },
  },
  {
    name: 'the bytes say that there is no write-ahead log',
    run({ open }) {
      const bytes = withTodos(open()).serialize()
      same([...bytes.subarray(18, 20)], [1, 1])
      same(bytes.length % 4096, 0)
    },
  },
  {
    name: 'the bytes hold what is pending in an open transaction, and not what was rolled back',
    run({ open, openInMemory }) {
      const db = withTodos(open())
      db.exec("BEGIN; DELETE FROM todos WHERE id = 'a'; SAVEPOINT base; DELETE FROM todos")
      same(copied(db, openInMemory()).all('SELECT id FROM todos'), [])
      db.run('ROLLBACK TO base')
      same(copied(db, openInMemory()).all('SELECT id FROM todos'), [['b']])
      db.run('ROLLBACK')
      same(copied(db, openInMemory()).all('SELECT id FROM todos'), [['a'], ['b']])
    },
  },
  {
    name: 'an empty database has bytes too',
    run({ open, openInMemory }) {
      const copy = copied(open(), openInMemory())
      copy.exec('CREATE TABLE t (x)')
      same(copy.all('SELECT * FROM t'), [])
    },
  },
]

export const bytesInMemoryRules: readonly SqliteRule[] = [
  {
    name: 'deserialize replaces everything, and statements that ran before see the new tables',
    run({ open }) {
      const db = withTodos(open())
      same(db.all('SELECT * FROM todos').length, 2)
      same(db.columns('SELECT * FROM todos').length, 3)
      const other = open()
      other.exec("CREATE TABLE todos (name TEXT); INSERT INTO todos VALUES ('only name')")
      db.deserialize(other.serialize())
      same(db.all('SELECT * FROM todos'), [['only name']])
      same(db.columns('SELECT * FROM todos'), ['name'])
      same(db.access('SELECT * FROM todos').reads, new Map([['todos', new Set(['name'])]]))
      db.deserialize(new Uint8Array(0))
      refuses(() => db.all('SELECT * FROM todos'), /no such table/)
    },
  },
  {
    name: 'table-valued functions and full-text search go on when other bytes take the place of the database',
    run({ openInMemory }) {
      const bytes = withTodos(openInMemory()).serialize()
      for (let round = 0; round < 20; round++) {
        const db = openInMemory()
        for (let times = 0; times < 5; times++) {
          db.deserialize(bytes)
          for (let other = 0; other < 20; other++) db.all(`SELECT ${other} FROM todos WHERE id = ${times}`)
          same(db.all("SELECT value FROM json_each('[1, 2]')"), [[1], [2]])
          same(db.all("SELECT count(*) > 0 FROM pragma_table_xinfo('todos')"), [[1]])
          db.exec("CREATE VIRTUAL TABLE found USING fts5(text); INSERT INTO found VALUES ('buy milk')")
          same(db.all("SELECT text FROM found WHERE found MATCH 'milk'"), [['buy milk']])
        }
        db.close()
      }
    },
  },
  {
    name: 'pending work of a deserialized database is in its bytes',
    run({ open }) {
      const db = copied(withTodos(open()), open())
      db.exec("BEGIN; INSERT INTO todos (id, text) VALUES ('c', 'pending')")
      same(copied(db, open()).all('SELECT count(*) FROM todos'), [[3]])
      db.run('ROLLBACK')
      same(copied(db, open()).all('SELECT count(*) FROM todos'), [[2]])
    },
  },
  {
    name: 'bytes that are no database are refused and change nothing, as in an open transaction',
    run({ open }) {
      const db = withTodos(open())
      refuses(() => db.deserialize(new Uint8Array(8192).fill(7)), /SQLITE_NOTADB/)
      db.run('BEGIN')
      refuses(() => db.deserialize(new Uint8Array(0)), /a transaction is open/)
      db.run('COMMIT')
      same(db.all('SELECT count(*) FROM todos'), [[2]])
    },
  },
]

export const bytesOnDiskRules: readonly SqliteRule[] = [
  {
    name: 'deserialize is refused on disk',
    run({ open }) {
      const db = withTodos(open())
      refuses(() => db.deserialize(db.serialize()), /only a database in memory/)
      same(db.all('SELECT count(*) FROM todos'), [[2]])
    },
  },
]

function copied(from: Sqlite, to: Sqlite): Sqlite {
  to.deserialize(from.serialize())
  return to
}
