/** All kinds of queries and of writes, and histories of them: what is held to "run all, and compare". */
import { sql } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import fc from 'fast-check'
import { z } from 'zod'
import type { Commit } from '../event/commit.ts'
import { Events } from '../schema/events.ts'
import type { Query } from '../schema/query.ts'
import { encodeEvent, makeSchema } from '../schema/schema.ts'

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
] as const

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

const events = {
  written: Events.synced({
    name: 'v1.Written',
    schema: z.object({ write: z.number(), id: z.string(), n: z.number() }),
  }),
}

export const schema = makeSchema({
  version: '1',
  tables,
  events,
  materializers: { 'v1.Written': ({ write, id, n }) => writes[write]!(id, n) },
})

const written = fc.record({
  kind: fc.nat(2),
  id: fc.constantFrom(...ids),
  n: fc.nat(1),
})

/** A history has a few kinds of writes, so that they meet. */
export const kinds = fc.tuple(...Array.from({ length: 3 }, () => fc.nat(writes.length - 1)))

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('commit' as const),
      writes: fc.array(written, { minLength: 1, maxLength: 3 }),
    }),
  },
  /** Others' commits come before what is pending, which is rolled back and replayed. */
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('upstream' as const),
      writes: fc.array(written, { minLength: 1, maxLength: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('confirm' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('drop' as const) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('look' as const) }) },
)

export const history = fc.array(step, { maxLength: 30 })

/** Makes commits; the kinds are those of this history. */
export function committer(kinds: readonly number[]) {
  let count = 0
  return (inputs: readonly { readonly kind: number; readonly id: string; readonly n: number }[]): Commit => ({
    commitId: `c${count++}`,
    clientId: 'client',
    sessionId: 'session',
    at: 0,
    generation: 0,
    events: inputs.map(({ kind, id, n }) => encodeEvent(schema, events.written({ write: kinds[kind]!, id, n }))),
  })
}
