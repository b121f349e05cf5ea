import { and, asc, desc, eq, gt, isNull, sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { test } from 'vitest'
import { type Query, select } from '../schema/query.ts'
import { holdAgainstRunningAll } from '../testing/running-all.ts'

const columns = {
  id: text().primaryKey(),
  rank: integer(),
  label: text(),
  done: integer({ mode: 'boolean' }),
}
const plain = sqliteTable('plain', columns)
const indexed = sqliteTable('indexed', columns, (table) => [
  index('by_done').on(table.done, table.rank),
  index('by_label').on(table.label), // with a column more, rows that tie would stand in an order that their query does not read
])

const ids = ['a', 'B', 'c', 'D', 'e']
const labels = ['x', 'X', 'y', 'Y', null]

const writesTo = (table: typeof plain | typeof indexed) => [
  (id: string, n: number) => sql`INSERT OR IGNORE INTO ${table} VALUES (${id}, ${n}, ${labels[n] ?? null}, ${n % 2})`,
  (id: string, n: number) => sql`INSERT OR IGNORE INTO ${table} VALUES (${id}, ${n}, ${labels[n] ?? null}, ${n % 2})`,
  (id: string, n: number) =>
    sql`INSERT INTO ${table} VALUES (${id}, ${n}, 'u', 0) ON CONFLICT (id) DO UPDATE SET rank = excluded.rank`,
  (id: string, n: number) => sql`REPLACE INTO ${table} VALUES (${id}, ${n}, 'r', ${n % 2})`,
  (id: string, n: number) => sql`UPDATE ${table} SET rank = ${n === 0 ? null : n} WHERE id = ${id}`,
  (id: string, n: number) => sql`UPDATE ${table} SET rank = ${n} / 2.0 WHERE id = ${id}`,
  (id: string, n: number) => sql`UPDATE ${table} SET label = ${labels[n] ?? null} WHERE id = ${id}`,
  (id: string, n: number) => sql`UPDATE ${table} SET label = CAST(${`${n}`} AS BLOB) WHERE id = ${id}`,
  (id: string, n: number) => sql`UPDATE ${table} SET done = ${n % 2} WHERE id = ${id}`,
  (id: string) => sql`UPDATE OR IGNORE ${table} SET id = lower(id) WHERE id = ${id}`,
  (_: string, n: number) => sql`UPDATE ${table} SET rank = rank + 1 WHERE rank > ${n}`,
  (id: string, n: number) => sql`UPDATE OR IGNORE ${table} SET rowid = ${n + 10} WHERE id = ${id}`,
  (id: string) => sql`DELETE FROM ${table} WHERE id = ${id}`,
  (_: string, n: number) => sql`DELETE FROM ${table} WHERE rank < ${n - 1}`,
]

const listsOf = (table: typeof plain): Query<unknown>[] =>
  [1, 2, 3].flatMap((limit) => [
    select().from(table).orderBy(table.rank).limit(limit),
    select().from(table).orderBy(desc(table.rank), asc(table.id)).limit(limit),
    select({ id: table.id }).from(table).orderBy(asc(table.label)).limit(limit),
    select({ id: table.id }).from(table).where(eq(table.done, false)).orderBy(asc(table.rank)).limit(limit),
    select({ label: table.label }).from(table).where(gt(table.rank, 1)).orderBy(desc(table.label)).limit(limit),
    select()
      .from(table)
      .orderBy(asc(sql`${table.label} COLLATE NOCASE`))
      .limit(limit),
    select()
      .from(table)
      .orderBy(desc(sql`lower(${table.id})`))
      .limit(limit),
    select()
      .from(table)
      .orderBy(asc(sql`${table.rank} % 2`), table.id)
      .limit(limit),
    select({ n: sql`${table.rank} * 2` })
      .from(table)
      .where(isNull(table.label))
      .orderBy(table.rank)
      .limit(limit),
    select()
      .from(table)
      .where(and(eq(table.done, true), sql`${table.label} < 'z'`))
      .orderBy(table.id)
      .limit(limit),
    // Those that are more than the first rows of one table.
    select().from(table).orderBy(table.rank).limit(limit).offset(1),
    select({ n: sql`count(*)` }).from(table).orderBy(table.rank).limit(limit),
    select({ n: sql`row_number() OVER (ORDER BY id)` }).from(table).orderBy(table.rank).limit(limit),
    select({ n: sql`(SELECT count(*) FROM ${table})`, id: table.id })
      .from(table)
      .orderBy(table.rank)
      .limit(limit),
    select().from(table).where(sql`${table.rank} = (SELECT max(rank) FROM ${table})`).orderBy(table.id).limit(limit),
    select({ rank: sql`-rank`.as('rank'), id: table.id })
      .from(table)
      .orderBy(asc(sql`rank`))
      .limit(limit),
    select({ done: table.done }).from(table).groupBy(table.done).orderBy(table.done).limit(limit),
  ])

for (const [name, table] of Object.entries({ plain, indexed })) {
  test(`the first rows of an order are those that running the query gives: ${name}`, () => {
    holdAgainstRunningAll({
      tables: { [name]: table },
      writes: writesTo(table),
      ids,
      most: 4,
      queries: listsOf(table as typeof plain),
      // Some rows, and then writes that change nothing: now the lists have run for nothing.
      first: [0, 2, 2],
      numRuns: 100,
    })
  })
}
