import { createRowAccess } from '../../../sqlite/one-row.ts'
import type { Sqlite, SqlValue } from '../../../sqlite/port.ts'
import { same } from '../check.ts'
import type { SqliteRule } from './rule.ts'

export const rowRules: readonly SqliteRule[] = [
  {
    name: 'a query by a unique key reads one row, and tells how to find it',
    run({ open }) {
      const db = shop(open())
      finds(db, 'SELECT * FROM items WHERE id = ?', ['b'], { items: 2 })
      finds(db, 'SELECT "name" FROM "items" WHERE "items"."id" = ? AND name > ? ORDER BY name LIMIT ?', ['b', '', 1], {
        items: 2,
      })
      finds(db, 'SELECT count(*) FROM items WHERE id = ?', ['z'], { items: undefined })
      finds(db, 'SELECT * FROM owners WHERE id = ?', [7], { owners: 7 })
      finds(db, 'SELECT * FROM owners WHERE mail = ?', ['ANN'], { owners: 7 })
      finds(db, 'SELECT * FROM stock WHERE place = ? AND item = ?', [2, 'a'], { stock: 1 })
    },
  },
  {
    name: 'in a join, only the tables whose key is bound to parameters are read by one row',
    run({ open }) {
      const db = shop(open())
      finds(db, 'SELECT * FROM items LEFT JOIN owners ON owners.id = owner WHERE items.id = ?', ['a'], { items: 1 })
      finds(db, 'SELECT * FROM items JOIN owners ON owners.id = ? WHERE items.id = ?', [7, 'b'], {
        items: 2,
        owners: 7,
      })
      finds(db, 'SELECT * FROM cheap WHERE id = ?', ['a'], { items: 1 })
    },
  },
  {
    name: 'a query that may read more is not taken for one of one row',
    run({ open }) {
      const db = shop(open())
      for (const sql of [
        'SELECT * FROM items',
        'SELECT * FROM items WHERE name = ?',
        'SELECT * FROM items WHERE id > ?',
        'SELECT * FROM items WHERE id = ? OR name = ?',
        'SELECT * FROM items WHERE id IN (?, ?)',
        'SELECT * FROM items WHERE id = ? AND EXISTS (SELECT 1 FROM items AS i WHERE i.name = ?)',
        'SELECT a.name FROM items AS a JOIN items AS b ON b.id = ? WHERE a.id = ?',
        'SELECT (SELECT max(name) FROM items) FROM items WHERE id = ?',
        'SELECT * FROM stock WHERE item = ?',
        'SELECT * FROM flags WHERE name = ?',
      ])
        same(createRowAccess(db).oneRow(sql, sql.split('?').length - 1), new Map())
    },
  },
  {
    name: 'rows that are inserted, updated and deleted are told, once asked to be noted',
    run({ open }) {
      const db = shop(open())
      same(db.takeWritten(), [])
      db.noteWritten()
      db.run("INSERT INTO owners VALUES (-3, 'x'), (9007199254740993, 'y')")
      db.run('UPDATE items SET name = upper(name)')
      db.run('DELETE FROM items')
      const rows = db.takeWritten().map(({ table, rowid }) => [table, rowid])
      same(rows, [['owners', -3], ['owners', 9007199254740993n], ...[1, 2, 1, 2].map((rowid) => ['items', rowid])])
      same(db.takeWritten(), [])
    },
  },
  {
    name: 'where rows may be missed, it is said',
    run({ open }) {
      const db = shop(open())
      blind(db, 'UPDATE items SET name = ? WHERE id = ?', [])
      blind(db, 'UPDATE items SET id = ?', [])
      blind(db, 'INSERT INTO items VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET name = ?', [])
      blind(db, 'DELETE FROM owners', [])
      blind(db, 'INSERT OR REPLACE INTO items VALUES (?, ?, ?)', ['items'])
      blind(db, 'UPDATE owners SET id = id + 1', ['owners'])
      blind(db, 'UPDATE items SET rowid = rowid + 1', ['items'])
      blind(db, 'UPDATE flags SET state = ?', ['flags'])
      db.exec('CREATE TABLE last_one (only TEXT UNIQUE ON CONFLICT REPLACE)')
      blind(db, 'DELETE FROM owners', ['owners'])
    },
  },
]

function shop(db: Sqlite): Sqlite {
  db.exec(`
    CREATE TABLE items (id TEXT PRIMARY KEY, name TEXT, owner INTEGER);
    CREATE TABLE owners (id INTEGER PRIMARY KEY, mail TEXT COLLATE NOCASE UNIQUE);
    CREATE TABLE stock (item TEXT, place INTEGER, n INTEGER, PRIMARY KEY (item, place));
    CREATE TABLE flags (name TEXT PRIMARY KEY, state) WITHOUT ROWID;
    CREATE VIEW cheap AS SELECT * FROM items WHERE name <> 'dear';
    INSERT INTO items VALUES ('a', 'an a', 7), ('b', 'a b', 8);
    INSERT INTO owners VALUES (7, 'ann');
    INSERT INTO stock VALUES ('a', 2, 1);
  `)
  return db
}

/** By table, the rowid that the lookups find with these bindings. */
function finds(db: Sqlite, sql: string, params: SqlValue[], expected: Record<string, number | undefined>): void {
  const found = [...createRowAccess(db).oneRow(sql, params.length)].map(([table, lookup]) => {
    const [row] = db.all(
      lookup.sql,
      lookup.params.map((place) => params[place]!),
    )
    return [table, row?.[0]] as const
  })
  same(new Map(found), new Map(Object.entries(expected)))
}

function blind(db: Sqlite, sql: string, expected: string[]): void {
  same([...createRowAccess(db).blind(sql)], expected)
}
