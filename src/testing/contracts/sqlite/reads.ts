import type { Bounds, Sqlite } from '../../../sqlite/port.ts'
import { refuses, same } from '../check.ts'
import type { SqliteRule } from './rule.ts'

const ample: Bounds = { rows: 100, bytes: 1_000, isOver: () => false }

export const readRules: readonly SqliteRule[] = [
  {
    name: 'a bounded read gives the rows of whatever only reads',
    run({ open }) {
      const db = numbers(open())
      same(db.read('SELECT n FROM numbers WHERE n > ? ORDER BY n', [98], ample), [[99], [100]])
      same(
        db.read('WITH RECURSIVE c(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c LIMIT 2) SELECT i FROM c', [], ample),
        [[1], [2]],
      )
      same(db.read("SELECT word FROM words WHERE words MATCH 'apple'", [], ample), [['apple']])
      same(db.read('VALUES (1)', [], ample), [[1]])
    },
  },
  {
    name: 'a bounded read refuses what writes, and what sets something',
    run({ open }) {
      const db = numbers(open())
      for (const sql of [
        'INSERT INTO numbers VALUES (0) RETURNING n',
        'DELETE FROM numbers',
        'EXPLAIN DELETE FROM numbers',
        'PRAGMA cache_size = 1',
        'PRAGMA user_version',
        'CREATE TABLE others (n)',
        "ATTACH ':memory:' AS other",
        'BEGIN',
        'SAVEPOINT here',
        'VACUUM',
      ])
        refuses(() => db.read(sql, [], ample), /READONLY: this does more than read/)
      same(db.all('SELECT count(*) FROM numbers'), [[100]])
    },
  },
  {
    name: 'a bounded read gives all rows or none',
    run({ open }) {
      const db = numbers(open())
      same(db.read('SELECT n FROM numbers', [], ample).length, 100)
      refuses(() => db.read('SELECT n FROM numbers', [], { ...ample, rows: 99 }), /TOOBIG: there are more than 99 rows/)
      refuses(() => db.read("SELECT printf('%1001d', 1)", [], ample), /TOOBIG: the rows have more than 1000 bytes/)
      refuses(() => db.read('SELECT zeroblob(1001)', [], ample), /TOOBIG/)
      same(db.read('SELECT count(*) FROM numbers', [], ample), [[100]])
    },
  },
  {
    name: 'a bounded read ends when its time is over, and leaves an open transaction as it was',
    run({ open }) {
      const db = numbers(open())
      db.run('BEGIN')
      db.run('INSERT INTO numbers VALUES (101)')
      let asked = 0
      const endless = 'WITH RECURSIVE c(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c) SELECT count(*) FROM c'
      refuses(() => db.read(endless, [], { ...ample, isOver: () => ++asked > 3 }), /INTERRUPT/)
      same(asked, 4)
      same(db.all('SELECT count(*) FROM numbers'), [[101]])
      db.run('ROLLBACK')
      same(db.all('SELECT count(*) FROM numbers'), [[100]])
      same(asked, 4) // nobody asks any more
    },
  },
]

function numbers(db: Sqlite): Sqlite {
  db.exec(`
    CREATE TABLE numbers (n INTEGER PRIMARY KEY);
    WITH RECURSIVE c(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c LIMIT 100) INSERT INTO numbers SELECT i FROM c;
    CREATE VIRTUAL TABLE words USING fts5 (word);
    INSERT INTO words VALUES ('apple'), ('pear');
  `)
  return db
}
