/** All kinds of queries and of writes: what is held to "run all, and compare". */
import { sql } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Query } from '../schema/query.ts'
import type { Written } from './write-histories.ts'

const tables = {
  todos: sqliteTable('todos', { id: text().primaryKey(), text: text(), owner: integer() }),
  users: sqliteTable('users', { id: integer().primaryKey(), name: text().unique(), age: integer() }),
}

const ids = ['a', 'b']

/** All kinds of writes, those that the update hook does not tell of among them. */
const writes = [
  (id: string, n: number) => sql`INSERT OR IGNORE INTO todos VALUES (${id}, ${`t${n}`}, ${n})`,
  (id: string, n: number) => sql`INSERT OR REPLACE INTO todos VALUES (${id}, ${`r${n}`}, ${n})`,
  (id: string, n: number) =>
    sql`INSERT INTO todos VALUES (${id}, ${`u${n}`}, ${n}) ON CONFLICT (id) DO UPDATE SET text = excluded.text`,
  (id: string, n: number) => sql`UPDATE todos SET text = ${`x${n}`} WHERE id = ${id}`,
  (id: string, n: number) => sql`UPDATE todos SET owner = ${n} WHERE id = ${id}`,
  (id: string, n: number) => sql`UPDATE OR IGNORE todos SET id = ${ids[n]} WHERE id = ${id}`,
  (id: string, n: number) => sql`UPDATE OR REPLACE todos SET id = ${ids[n]} WHERE id = ${id}`,
  (id: string) => sql`DELETE FROM todos WHERE id = ${id}`,
  () => sql`DELETE FROM todos`,
  (id: string, n: number) => sql`INSERT OR IGNORE INTO users VALUES (${n}, ${id}, ${n})`,
  (id: string, n: number) => sql`REPLACE INTO users VALUES (${n}, ${id}, ${n})`,
  (id: string, n: number) => sql`UPDATE OR IGNORE users SET name = ${id} WHERE id = ${n}`,
  (_: string, n: number) => sql`UPDATE users SET age = age + 1 WHERE id = ${n}`,
  (_: string, n: number) => sql`UPDATE OR IGNORE users SET id = id + 1 WHERE id = ${n}`,
  (_: string, n: number) => sql`UPDATE OR IGNORE users SET rowid = rowid + 1 WHERE id = ${n}`,
  (id: string) => sql`DELETE FROM users WHERE name = ${id}`,
  (_: string, n: number) => sql`UPDATE todos SET text = (SELECT name FROM users WHERE id = ${n})`,
]

export const queries: Query<unknown>[] = [
  ...ids.flatMap((id) => [
    sql`SELECT * FROM todos WHERE id = ${id}`,
    sql`SELECT owner FROM todos WHERE id = ${id}`,
    sql`SELECT count(*) FROM todos WHERE id = ${id}`,
    sql`SELECT * FROM users WHERE name = ${id}`,
    sql`SELECT * FROM users WHERE name = ${id} COLLATE NOCASE`,
    sql`SELECT todos.*, name, age FROM todos LEFT JOIN users ON users.id = owner WHERE todos.id = ${id}`,
    sql`SELECT text, (SELECT count(*) FROM todos) FROM todos WHERE id = ${id}`,
    sql`SELECT * FROM todos WHERE id = ${id} OR text = 'x1'`,
    sql`SELECT users.*, text FROM users JOIN todos ON todos.id = users.name WHERE users.id = ${1} AND todos.id = ${id}`,
  ]),
  ...[0, 1, 2].flatMap((id) => [
    sql`SELECT * FROM users WHERE id = ${id}`,
    sql`SELECT age FROM users WHERE rowid = ${id}`,
    sql`SELECT name FROM users WHERE id > ${id} ORDER BY id LIMIT 1`,
  ]),
  sql`SELECT text FROM todos ORDER BY id`,
  sql`SELECT max(age) FROM users`,
]

export const written: Written = { tables, writes, ids, most: 1 }
