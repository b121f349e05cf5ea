import { SqliteError } from '../../../sqlite/port.ts'
import { refuses, same } from '../check.ts'
import { type SqliteRule, withTodos } from './rule.ts'

export const statementRules: readonly SqliteRule[] = [
  {
    name: 'rows are arrays in column order, even where two columns have one name',
    run({ open }) {
      const db = withTodos(open())
      same(db.all('SELECT id, text, id FROM todos ORDER BY id'), [
        ['a', 'Buy milk', 'a'],
        ['b', 'Drink it', 'b'],
      ])
      same(db.columns('SELECT id, text AS label, id, count(*) FROM todos'), ['id', 'label', 'id', 'count(*)'])
      same(db.columns('DELETE FROM todos'), [])
      same(db.all('SELECT 1 WHERE 0'), [])
    },
  },
  {
    name: 'all gives no more rows than are asked for, and the next one begins with the first',
    run({ open }) {
      const db = withTodos(open())
      same(db.all('SELECT id FROM todos ORDER BY id', [], 1), [['a']])
      same(db.all('SELECT id FROM todos ORDER BY id', [], 2), [['a'], ['b']])
      same(db.all("DELETE FROM todos RETURNING 'gone'", [], 1), [['gone']])
      same(db.all('SELECT count(*) FROM todos'), [[0]])
    },
  },
  {
    name: 'run goes to the end of a statement that gives rows',
    run({ open }) {
      const db = withTodos(open())
      db.run("INSERT INTO todos (id, text) VALUES ('c', 'x'), ('d', 'y') RETURNING id")
      same(db.all('DELETE FROM todos WHERE id > ? RETURNING id', ['b']), [['c'], ['d']])
      same(db.all('SELECT count(*) FROM todos'), [[2]])
    },
  },
  {
    name: 'run and all take one statement, with blanks and comments around it, and exec takes any number',
    run({ open }) {
      const db = withTodos(open())
      same(db.all(' -- why\n SELECT 1 ; ; -- done\n /* really */ '), [[1]])
      refuses(() => db.run('DELETE FROM todos; SELECT 1'), /more than one statement/)
      refuses(() => db.run('SELECT 1; nonsense'), /syntax error/)
      refuses(() => db.run(' -- nothing'), /there is no statement/)
      same(db.all('SELECT count(*) FROM todos'), [[2]])
      db.exec('')
      db.exec(";; -- nothing\n DELETE FROM todos WHERE id = 'a'; SELECT * FROM todos; DELETE FROM todos;")
      same(db.all('SELECT count(*) FROM todos'), [[0]])
    },
  },
  {
    name: 'exec stops at the first error and keeps what was done before it',
    run({ open }) {
      const db = withTodos(open())
      refuses(
        () => db.exec("DELETE FROM todos WHERE id = 'a'; DELETE FROM nowhere; DELETE FROM todos"),
        /no such table/,
      )
      same(db.all('SELECT id FROM todos'), [['b']])
    },
  },
  {
    name: 'an error tells its extended code, its message and the SQL',
    run({ open }) {
      const db = withTodos(open())
      const sql = 'INSERT INTO todos (id, text) VALUES (?, ?)'
      const error = refuses(() => db.run(sql, ['a', 'again']), /UNIQUE constraint failed: todos\.id/) as SqliteError
      same([error instanceof SqliteError, error.code, error.primary, error.sql], [true, 1555, 19, sql])
      const syntax = refuses(() => db.all('SELEC 1'), /near "SELEC": syntax error/) as SqliteError
      same([syntax.code, syntax.sql], [1, 'SELEC 1'])
      const inScript = refuses(() => db.exec("INSERT INTO todos VALUES ('a', 'x', 0)"), /UNIQUE/) as SqliteError
      same(inScript.code, 1555)
    },
  },
  {
    name: 'a statement that failed runs again, and its failure holds nothing open',
    run({ open }) {
      const db = withTodos(open())
      const insert = 'INSERT INTO todos (id, text) VALUES (?, ?)'
      refuses(() => db.run(insert, ['a', 'again']), /UNIQUE/)
      refuses(() => db.run(insert, ['c', null]), /NOT NULL/)
      db.run(insert, ['c', 'new'])
      refuses(() => db.all('SELECT abs(?)', [-(2n ** 63n)]), /integer overflow/)
      same(db.all('SELECT abs(?)', [-5]), [[5]])
      db.exec('DROP TABLE todos')
    },
  },
  {
    name: 'a statement that fails half way leaves nothing, and the transaction goes on',
    run({ open }) {
      const db = withTodos(open())
      db.run('BEGIN')
      db.run("INSERT INTO todos (id, text) VALUES ('c', 'kept')")
      refuses(() => db.run("INSERT INTO todos (id, text) VALUES ('d', 'x'), ('a', 'y')"), /UNIQUE/)
      db.run('COMMIT')
      same(db.all('SELECT id FROM todos ORDER BY id'), [['a'], ['b'], ['c']])
    },
  },
  {
    name: 'savepoints nest and roll back',
    run({ open }) {
      const db = withTodos(open())
      db.run('BEGIN')
      db.run('SAVEPOINT outer_one')
      db.run("DELETE FROM todos WHERE id = 'a'")
      db.run('SAVEPOINT inner_one')
      db.run('DELETE FROM todos')
      db.run('ROLLBACK TO inner_one')
      same(db.all('SELECT id FROM todos'), [['b']])
      db.run('RELEASE inner_one')
      db.run('ROLLBACK TO outer_one')
      db.run('COMMIT')
      same(db.all('SELECT count(*) FROM todos'), [[2]])
    },
  },
  {
    name: 'more different statements than a cache keeps all work, again and again',
    run({ open }) {
      const db = withTodos(open())
      for (let round = 0; round < 3; round++) {
        for (let i = 0; i < 600; i++) same(db.all(`SELECT ? + ${i}`, [round]), [[round + i]])
        same(db.all('SELECT count(*) FROM todos'), [[2]])
      }
    },
  },
  {
    name: 'after close every call throws, except another close',
    run({ open }) {
      const db = withTodos(open())
      db.all('SELECT * FROM todos')
      db.close()
      db.close()
      for (const call of [
        () => db.run('SELECT 1'),
        () => db.all('SELECT * FROM todos'),
        () => db.exec('SELECT 1'),
        () => db.columns('SELECT * FROM todos'),
        () => db.access('SELECT * FROM todos'),
        () => db.serialize(),
        () => db.deserialize(new Uint8Array(0)),
      ]) {
        refuses(call, /the connection is closed/)
      }
    },
  },
]
