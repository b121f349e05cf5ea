import { asc, eq, placeholder, sql } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { expect, expectTypeOf, test } from 'vitest'
import { rowsOf } from '../replica/rows.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { ddlOf } from './ddl.ts'
import { $with, compileQuery, compileWrite, insert, prepare, type Query, select, update, withQueries } from './query.ts'

const sqlite = await loadSqlite()
const users = sqliteTable('users', {
  id: integer().primaryKey(),
  name: text().notNull(),
  born: integer({ mode: 'timestamp_ms' }),
})
const posts = sqliteTable('posts', {
  id: integer().primaryKey(),
  userId: integer().notNull(),
  draft: integer({ mode: 'boolean' }).notNull(),
  tags: text({ mode: 'json' }).$type<string[]>(),
})

const db = sqlite.open()
for (const statement of [...ddlOf(users), ...ddlOf(posts)]) db.run(statement)
const write = (built: Parameters<typeof compileWrite>[0]) => {
  const { sql, params } = compileWrite(built)
  db.run(sql, params)
}
const read = <Row>(query: Query<Row>) => rowsOf(db, compileQuery(query))

write(
  insert(users).values([
    { id: 1, name: 'ada', born: new Date(5) },
    { id: 2, name: 'bob' },
  ]),
)
write(insert(posts).values({ id: 10, userId: 1, draft: true, tags: ['a', 'b'] }))

test('tables of two stores may have one name and other columns', () => {
  const first = sqliteTable('todos', { id: text().primaryKey(), text: text() })
  const second = sqliteTable('todos', { id: text().primaryKey(), title: text('headline'), done: integer() })
  expect(compileQuery(select().from(first)).sql).toBe('select "id", "text" from "todos"')
  expect(compileQuery(select().from(second)).sql).toBe('select "id", "headline", "done" from "todos"')
  expect(compileWrite(insert(second).values({ id: 'a', done: 1 })).sql).toContain('("id", "headline", "done")')
  expect(compileWrite(update(second).set({ done: 2 })).sql).toBe('update "todos" set "done" = ?')
})

test('rows come back with the types of their columns', () => {
  const rows = read(select().from(posts))
  expectTypeOf(rows).toEqualTypeOf<{ id: number; userId: number; draft: boolean; tags: string[] | null }[]>()
  expect(rows).toEqual([{ id: 10, userId: 1, draft: true, tags: ['a', 'b'] }])
  expect(read(select({ born: users.born }).from(users).orderBy(asc(users.id)))).toEqual([
    { born: new Date(5) },
    { born: null },
  ])
})

test('a left join without a partner gives null for the whole of it', () => {
  const rows = read(select().from(users).leftJoin(posts, eq(posts.userId, users.id)).orderBy(users.id))
  expect(rows.map(({ users, posts }) => [users.name, posts?.id ?? null])).toEqual([
    ['ada', 10],
    ['bob', null],
  ])
})

test('aggregates, common table expressions and raw sql work', () => {
  const counted = $with('counted').as(select({ n: sql<number>`count(*)`.as('n') }).from(users))
  expect(read(withQueries(counted).select().from(counted))).toEqual([{ n: 2 }])
  const raw = read(sql<{ name: string }>`SELECT ${users.name} FROM ${users} WHERE ${users.id} = ${2}`)
  expectTypeOf(raw).toEqualTypeOf<{ name: string }[]>()
  expect(raw).toEqual([{ name: 'bob' }])
})

test('a prepared statement is bound with the encoders of its columns', () => {
  const insertPost = prepare(
    insert(posts).values({ id: placeholder('id'), userId: 2, draft: placeholder('draft'), tags: placeholder('tags') }),
  )
  write(insertPost({ id: 11, draft: false, tags: ['c'] }))
  write(insertPost({ id: 12, draft: true, tags: null }))
  expect(read(select().from(posts).where(eq(posts.userId, 2)))).toEqual([
    { id: 11, userId: 2, draft: false, tags: ['c'] },
    { id: 12, userId: 2, draft: true, tags: null },
  ])
  expect(() => insertPost({ id: 13, draft: true })).toThrow('no value for the placeholder "tags"')
})

test('a query does not run by itself, and says who runs it', () => {
  expect(() => select().from(users).all()).toThrow('give it to useQuery')
  expect(() => update(users).set({ name: 'x' }).run()).toThrow('give it to useQuery')
})
