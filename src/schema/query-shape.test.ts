import { aliasedTable, and, asc, desc, eq, gt, inArray, isNull, like, not, or, sql } from 'drizzle-orm'
import { blob, integer, SQLiteSyncDialect, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileQuery, type Query, select, selectDistinct } from './query.ts'

const todos = sqliteTable('todos', {
  id: text().primaryKey(),
  text: text(),
  done: integer({ mode: 'boolean' }),
  due: integer({ mode: 'timestamp_ms' }),
  rank: integer(),
  bytes: blob().$type<Uint8Array>(),
})
const others = aliasedTable(todos, 'others')

const value = fc.integer({ min: 0, max: 3 })
const condition = fc.letrec((tie) => ({
  tree: fc.oneof({ maxDepth: 2 }, tie('leaf'), tie('leaf'), tie('branch')),
  leaf: fc.oneof(
    value.map((n) => eq(todos.rank, n)),
    value.map((n) => gt(todos.rank, n)),
    value.map((n) => eq(todos.done, n > 1)),
    value.map((n) => eq(todos.due, new Date(n))),
    value.map((n) => eq(todos.bytes, new Uint8Array([n]))),
    value.map((n) => like(todos.text, `${n}%`)),
    fc.array(value, { minLength: 1, maxLength: 3 }).map((list) => inArray(todos.rank, list)),
    fc.constant(isNull(todos.text)),
    value.map((n) => sql`${todos.rank} + ${n} > ${3 - n}`),
    value.map((n) => sql`${sql.identifier('rank')} = ${n} ${sql.raw(n > 1 ? 'AND 1' : '')}`),
    value.map((n) => sql`${todos.id} IN ${select({ id: others.id }).from(others).where(eq(others.rank, n))}`),
  ),
  branch: fc.oneof(
    fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => and(a as never, b as never)!),
    fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => or(a as never, b as never)!),
    tie('tree').map((a) => not(a as never)),
  ),
})).tree

const fields = fc.constantFrom(
  undefined,
  { id: todos.id },
  { text: todos.id },
  { id: todos.text },
  { n: sql<number>`count(*)`.mapWith(Number) },
  { n: sql<number>`count(*)` },
  { n: sql<number>`count(*)`.as('n') },
)

const built = fc
  .record({
    fields,
    distinct: fc.boolean(),
    where: fc.option(condition, { nil: undefined }),
    order: fc.subarray([asc(todos.rank), desc(todos.text), todos.id]),
    group: fc.subarray([todos.rank]),
    having: fc.option(
      value.map((n) => gt(sql`count(*)`, n)),
      { nil: undefined },
    ),
    limit: fc.option(fc.integer({ min: -1, max: 2 }), { nil: undefined }),
    offset: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
  })
  .map(({ fields, distinct, where, order, group, having, limit, offset }) => {
    const begun = (distinct ? selectDistinct : select)(fields as never).from(todos)
    const query = begun.where(where as never).$dynamic()
    if (group.length > 0) query.groupBy(...group)
    if (having) query.having(having)
    if (order.length > 0) query.orderBy(...order)
    if (limit !== undefined) query.limit(limit)
    if (offset !== undefined) query.offset(offset)
    return query
  })

const bound = (value: unknown) => (typeof value === 'boolean' ? Number(value) : value)

const compiled = (query: Query<unknown>) => {
  const { sql, params } = compileQuery(query)
  return { sql, params }
}

test('of whatever shape a query is, known or not, it has the SQL and the parameters that Drizzle gives it', () => {
  fc.assert(
    fc.property(fc.array(built, { maxLength: 40 }), (queries) => {
      for (const query of queries) {
        const { sql, params } = query.toSQL()
        expect(compiled(query as never)).toEqual({ sql, params: params.map(bound) })
      }
    }),
    { numRuns: 300 },
  )
})

test('raw SQL too', () => {
  const dialect = new SQLiteSyncDialect()
  fc.assert(
    fc.property(condition, value, (where, n) => {
      const query = sql`SELECT * FROM ${todos} WHERE ${where as never} LIMIT ${n}`
      const { sql: text, params } = dialect.sqlToQuery(query)
      expect(compiled(query)).toEqual({ sql: text, params: params.map(bound) })
    }),
  )
})

test('a query of a known shape is not compiled again', () => {
  const byId = (id: string) => compileQuery(select().from(todos).where(eq(todos.id, id)))
  const first = byId('a')
  expect(byId('b')).toEqual({ ...first, params: ['b'] })
  expect(byId('b').map).toBe(first.map)
})

test('values of one shape that are equal are not taken for one another', () => {
  const between = (low: number, high: number) =>
    compileQuery(
      select()
        .from(todos)
        .where(and(gt(todos.rank, low), eq(todos.rank, high))),
    ).params
  expect([between(1, 1), between(1, 2), between(3, 2), between(2, 2)]).toEqual([
    [1, 1],
    [1, 2],
    [3, 2],
    [2, 2],
  ])
})

test('the same SQL with another way to read its values is another shape', () => {
  const count = (map: (n: unknown) => unknown) =>
    compileQuery(select({ n: sql`count(*)`.mapWith(map) }).from(todos)).map!([3])
  expect(count((n) => `${n}!`)).toEqual({ n: '3!' })
  expect(count((n) => Number(n) + 1)).toEqual({ n: 4 })
})
