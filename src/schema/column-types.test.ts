import { eq, getTableColumns, placeholder, sql } from 'drizzle-orm'
import { blob, integer, numeric, real, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterEach, beforeEach, describe, expect, expectTypeOf, test, vi } from 'vitest'
import { z } from 'zod'
import { makeInMemoryAdapter } from '../adapter/memory.ts'
import { createStorePromise, type Store } from '../session/store.ts'
import { Events } from './events.ts'
import { insert, prepare, select } from './query.ts'
import { makeSchema } from './schema.ts'

const things = sqliteTable('things', {
  id: integer().primaryKey(),
  json: text({ mode: 'json' }).$type<{ tags: string[] }>(),
  date: integer({ mode: 'timestamp_ms' }),
  seconds: integer({ mode: 'timestamp' }),
  flag: integer({ mode: 'boolean' }),
  big: blob({ mode: 'bigint' }),
  exact: numeric({ mode: 'bigint' }),
  bytes: blob().$type<Uint8Array>(),
  blobJson: blob({ mode: 'json' }).$type<{ a: number }>(),
  ratio: real(),
})

const row = {
  id: 1,
  json: { tags: ['a', 'ü'] },
  date: new Date(1_700_000_000_123),
  seconds: new Date(1_700_000_000_000),
  flag: false,
  big: 2n ** 90n,
  exact: 2n ** 60n + 1n,
  bytes: new Uint8Array([0, 255, 7]),
  blobJson: { a: 1 },
  ratio: 0.1,
}

const prepared = prepare(
  insert(things).values({
    id: placeholder('id'),
    json: placeholder('json'),
    date: placeholder('date'),
    seconds: placeholder('seconds'),
    flag: placeholder('flag'),
    big: placeholder('big'),
    exact: placeholder('exact'),
    bytes: placeholder('bytes'),
    blobJson: placeholder('blobJson'),
    ratio: placeholder('ratio'),
  }),
)

const put = z.object({
  id: z.number(),
  json: z.object({ tags: z.array(z.string()) }),
  date: z.date(),
  seconds: z.date(),
  flag: z.boolean(),
  big: z.bigint(),
  exact: z.bigint(),
  bytes: z.instanceof(Uint8Array),
  blobJson: z.object({ a: z.number() }),
  ratio: z.number(),
})

const schema = makeSchema({
  version: '1',
  tables: { things },
  events: {
    built: Events.synced({ name: 'v1.Built', schema: put }),
    prepared: Events.synced({ name: 'v1.Prepared', schema: put }),
  },
  materializers: {
    'v1.Built': (args) => insert(things).values(args),
    'v1.Prepared': (args) => prepared(args),
  },
})

let store: Store<(typeof schema)['events']>
beforeEach(async () => {
  store = await createStorePromise({ schema, adapter: makeInMemoryAdapter(), storeId: 'types' })
})
afterEach(async () => {
  vi.unstubAllGlobals()
  await store.shutdown()
})

describe.each(['built', 'prepared'] as const)('by a materializer that is %s', (event) => {
  test.each(['in Node', 'in a browser'])('every column comes back as its type %s', async (where) => {
    if (where === 'in a browser') vi.stubGlobal('Buffer', undefined)
    store.commit(schema.events[event](row))
    const [read] = store.query(select().from(things))
    expectTypeOf(read!.big).toEqualTypeOf<bigint | null>()
    expectTypeOf(read!.bytes).toEqualTypeOf<Uint8Array | null>()
    vi.unstubAllGlobals()
    expect(read).toEqual(row)
    expect(read!.bytes!.constructor).toBe(Uint8Array)
  })

  test.each(Object.keys(row).slice(1) as (keyof typeof row)[])(
    'a %s column compares with a value of its type',
    (name) => {
      store.commit(schema.events[event](row))
      const column = getTableColumns(things)[name]
      const found = select({ value: column }).from(things).where(eq(column, row[name]))
      expect(store.query(found)).toEqual([{ value: row[name] }])
    },
  )
})

test('raw sql gives what SQLite has: an integer beyond 2⁵³ is a bigint', () => {
  store.commit(schema.events.built(row))
  expect(
    store.query(sql`SELECT ${things.exact} AS exact, ${things.flag} AS flag, ${things.ratio} FROM ${things}`),
  ).toEqual([{ exact: row.exact, flag: 0, ratio: 0.1 }])
})
