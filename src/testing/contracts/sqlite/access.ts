import type { Access, Sqlite } from '../../../sqlite/port.ts'
import { refuses, same } from '../check.ts'
import type { SqliteRule } from './rule.ts'

export const accessRules: readonly SqliteRule[] = [
  {
    name: 'a query reads the columns it names, in every clause',
    run({ open }) {
      const db = library(open())
      reads(db, 'SELECT title FROM books WHERE year > 1900 ORDER BY author', { books: ['title', 'year', 'author'] })
      reads(db, 'SELECT * FROM authors', { authors: ['id', 'name'] })
      reads(db, 'SELECT name, title FROM authors JOIN books ON author = authors.id', {
        authors: ['id', 'name'],
        books: ['author', 'title'],
      })
      reads(db, 'SELECT name FROM authors WHERE id IN (SELECT author FROM books)', {
        authors: ['id', 'name'],
        books: ['author'],
      })
      reads(db, 'SELECT max(year) FROM books', { books: ['year'] })
      reads(db, 'SELECT rowid FROM books', { books: ['id'] })
      same(db.access('SELECT title FROM books').writes, new Map())
    },
  },
  {
    name: 'a query that only counts rows reads the table without columns',
    run({ open }) {
      const db = library(open())
      reads(db, 'SELECT count(*) FROM books', { books: [] })
      reads(db, 'SELECT count(*) FROM BOOKS', { books: [] })
      reads(db, 'SELECT 1 FROM books AS b, authors', { books: [], authors: [] })
    },
  },
  {
    name: 'views, subqueries and common table expressions are seen through and not named',
    run({ open }) {
      const db = library(open())
      reads(db, 'SELECT count(*) FROM old_books', { books: ['id', 'title', 'year'] })
      reads(db, 'SELECT * FROM (SELECT name FROM authors) AS names', { authors: ['name'] })
      reads(db, 'WITH old AS (SELECT year FROM books) SELECT count(*) FROM old', { books: ['year'] })
      reads(db, 'WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 5) SELECT i FROM n', {})
    },
  },
  {
    name: 'what is not a table of the app is left out',
    run({ open }) {
      const db = library(open())
      reads(db, 'SELECT name FROM sqlite_schema', {})
      reads(db, "SELECT value FROM json_each('[1]')", {})
      reads(db, "SELECT name FROM pragma_table_info('books')", {})
      reads(db, 'SELECT 1', {})
      writes(db, 'CREATE TABLE new_one (x)', {})
      writes(db, 'PRAGMA user_version = 3', {})
      writes(db, 'BEGIN', {})
    },
  },
  {
    name: 'an UPDATE writes its columns, INSERT and DELETE write the whole table',
    run({ open }) {
      const db = library(open())
      writes(db, 'UPDATE authors SET name = ? WHERE id = ?', { authors: ['name'] })
      writes(db, 'INSERT INTO authors (name) VALUES (?)', { authors: '*' })
      writes(db, 'REPLACE INTO authors VALUES (1, 2)', { authors: '*' })
      writes(db, 'DELETE FROM reviews WHERE id = 1', { reviews: '*' })
      writes(db, 'DELETE FROM reviews', { reviews: '*' })
      writes(db, 'INSERT INTO authors VALUES (1, 2) ON CONFLICT DO UPDATE SET name = 3', { authors: '*' })
      reads(db, 'UPDATE authors SET name = ? WHERE id = ?', { authors: ['id'] })
    },
  },
  {
    name: 'the writes of triggers and foreign keys count',
    run({ open }) {
      const db = library(open())
      writes(db, 'UPDATE books SET title = ?', { books: ['title'], changes_made: '*', authors: ['name'] })
      db.run('PRAGMA foreign_keys = ON')
      writes(db, 'DELETE FROM books', { books: '*', reviews: '*' })
    },
  },
  {
    name: 'a write through a view counts for the tables that its triggers write',
    run({ open }) {
      writes(library(open()), "INSERT INTO old_books (title) VALUES ('x')", { authors: '*' })
    },
  },
  {
    name: 'a changed rowid makes another row, and generated columns change with the others',
    run({ open }) {
      const db = library(open())
      writes(db, 'UPDATE reviews SET rowid = 5', { reviews: '*' })
      writes(db, 'UPDATE measures SET width = 5', { measures: ['width', 'area', 'half'] })
    },
  },
  {
    name: 'full-text tables are read and written under their name',
    run({ open }) {
      const db = library(open())
      db.exec('CREATE VIRTUAL TABLE words USING fts5 (word, note)')
      same(db.access("SELECT word FROM words WHERE words MATCH 'x'").reads.get('words')?.has('word'), true)
      same(db.access("INSERT INTO words VALUES ('a', 'b')").writes.get('words'), '*')
      same(db.access("UPDATE words SET note = 'c'").writes.get('words'), '*') // what matches is another column
    },
  },
  {
    name: 'asking runs nothing, may be repeated, and throws for what does not exist',
    run({ open }) {
      const db = library(open())
      db.access('DELETE FROM authors')
      same(db.all('SELECT count(*) FROM authors'), [[1]])
      writes(db, 'DELETE FROM authors', { authors: '*' })
      refuses(() => db.access('SELECT age FROM authors'), /no such column: age/)
      refuses(() => db.access('SELECT * FROM nowhere'), /no such table: nowhere/)
      reads(db, 'SELECT name FROM authors', { authors: ['name'] })
    },
  },
]

function library(db: Sqlite): Sqlite {
  db.exec(`
    CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE books (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT, year INTEGER, author INTEGER REFERENCES authors);
    CREATE TABLE reviews (id INTEGER PRIMARY KEY, book INTEGER REFERENCES books ON DELETE CASCADE, stars INTEGER);
    CREATE TABLE changes_made (what TEXT);
    CREATE TABLE measures (width REAL, height REAL, area AS (width * height), half AS (width / 2) STORED);
    CREATE VIEW old_books AS SELECT id, title FROM books WHERE year < 1950;
    CREATE TRIGGER on_rename AFTER UPDATE OF title ON books BEGIN
      INSERT INTO changes_made VALUES (new.title);
      UPDATE authors SET name = name || '!' WHERE id = new.author;
    END;
    CREATE TRIGGER on_old INSTEAD OF INSERT ON old_books BEGIN INSERT INTO authors (name) VALUES (new.title); END;
    INSERT INTO authors VALUES (1, 'Woolf');
  `)
  return db
}

function reads(db: Sqlite, sql: string, expected: Record<string, string[]>): void {
  same(db.access(sql).reads, toMap(expected))
}

function writes(db: Sqlite, sql: string, expected: Record<string, string[] | '*'>): void {
  same(db.access(sql).writes, toMap(expected))
}

function toMap(touched: Record<string, string[] | '*'>): Access['writes'] {
  return new Map(Object.entries(touched).map(([table, columns]) => [table, columns === '*' ? '*' : new Set(columns)]))
}
