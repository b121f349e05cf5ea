import { refuses, same } from '../check.ts'
import { type SqliteRule, withTodos } from './rule.ts'

export const schemaRules: readonly SqliteRule[] = [
  {
    name: 'a statement that ran before sees a column that was added since',
    run({ open }) {
      const db = withTodos(open())
      const sql = 'SELECT * FROM todos ORDER BY id'
      same(db.all(sql)[0], ['a', 'Buy milk', 0])
      db.run('ALTER TABLE todos ADD COLUMN due TEXT')
      same(db.columns(sql), ['id', 'text', 'done', 'due'])
      same(db.all(sql)[0], ['a', 'Buy milk', 0, null])
      same(db.access(sql).reads, new Map([['todos', new Set(['id', 'text', 'done', 'due'])]]))
    },
  },
  {
    name: 'and no longer sees it when that is rolled back',
    run({ open }) {
      const db = withTodos(open())
      const sql = 'SELECT * FROM todos ORDER BY id'
      db.exec('BEGIN; SAVEPOINT before; ALTER TABLE todos ADD COLUMN due TEXT')
      same(db.all(sql)[0]?.length, 4)
      same(db.columns(sql).length, 4)
      db.run('ROLLBACK TO before')
      same(db.columns(sql), ['id', 'text', 'done'])
      same(db.access(sql).reads.get('todos')?.has('due'), false)
      same(db.all(sql)[0], ['a', 'Buy milk', 0])
      db.run('ALTER TABLE todos ADD COLUMN other TEXT')
      same(db.columns(sql), ['id', 'text', 'done', 'other'])
      db.run('ROLLBACK')
      same(db.columns(sql), ['id', 'text', 'done'])
      db.exec('BEGIN; ALTER TABLE todos ADD COLUMN third TEXT')
      same(db.columns(sql).length, 4)
      refuses(() => db.run("INSERT OR ROLLBACK INTO todos (id, text) VALUES ('a', 'again')"), /UNIQUE/)
      same(db.columns(sql), ['id', 'text', 'done'])
    },
  },
  {
    name: 'tables, views, indexes, triggers and virtual tables can be dropped',
    run({ open }) {
      const db = withTodos(open())
      db.exec(`
        CREATE VIEW open_todos AS SELECT * FROM todos WHERE done = 0;
        CREATE INDEX by_text ON todos (text);
        CREATE TRIGGER on_insert AFTER INSERT ON todos BEGIN UPDATE todos SET done = 1; END;
        CREATE TABLE children (todo TEXT REFERENCES todos (id) ON DELETE CASCADE);
        CREATE TEMP TABLE passing (x);
        CREATE VIRTUAL TABLE words USING fts5 (word);
        INSERT INTO words VALUES ('milk');
      `)
      db.exec('DROP TRIGGER on_insert; DROP INDEX by_text; DROP VIEW open_todos; DROP TABLE words; DROP TABLE passing')
      db.exec('DROP TABLE children; DROP TABLE todos')
      same(db.all('SELECT name FROM sqlite_schema UNION SELECT name FROM sqlite_temp_schema'), [])
      refuses(() => db.all('SELECT * FROM todos'), /no such table/)
    },
  },
  {
    name: 'columns can be renamed and dropped, and the database be tidied up',
    run({ open }) {
      const db = withTodos(open())
      db.exec(`
        CREATE TABLE numbered (id INTEGER PRIMARY KEY AUTOINCREMENT, x);
        INSERT INTO numbered (x) VALUES (1), (2);
        DELETE FROM numbered;
        ALTER TABLE todos RENAME COLUMN text TO title;
        ALTER TABLE todos DROP COLUMN done;
        ALTER TABLE todos RENAME TO tasks;
        ANALYZE; REINDEX; VACUUM;
      `)
      same(db.columns('SELECT * FROM tasks'), ['id', 'title'])
      db.run('INSERT INTO numbered (x) VALUES (3)')
      same(db.all('SELECT id FROM numbered'), [[3]])
      same(db.all('PRAGMA integrity_check'), [['ok']])
    },
  },
  {
    name: 'a DELETE without WHERE deletes every row, its children too',
    run({ open }) {
      const db = withTodos(open())
      db.exec(`
        PRAGMA foreign_keys = ON;
        CREATE TABLE children (todo TEXT REFERENCES todos (id) ON DELETE CASCADE);
        INSERT INTO children VALUES ('a'), ('a'), ('b');
        CREATE TABLE keyed (id TEXT PRIMARY KEY) WITHOUT ROWID;
        INSERT INTO keyed VALUES ('x'), ('y');
      `)
      db.run('DELETE FROM todos')
      db.run('DELETE FROM keyed')
      same(
        db.all('SELECT (SELECT count(*) FROM todos), (SELECT count(*) FROM children), (SELECT count(*) FROM keyed)'),
        [[0, 0, 0]],
      )
    },
  },
]
