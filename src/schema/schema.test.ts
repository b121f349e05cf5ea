import { sql } from 'drizzle-orm'
import { blob, check, index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { clientOnly, ddlOf } from './ddl.ts'
import { InvalidArgs, SchemaError, UnknownEvent } from './errors.ts'
import { Events } from './events.ts'
import { insert, select } from './query.ts'
import { decodeEvent, encodeEvent, makeSchema } from './schema.ts'

const sqlite = await loadSqlite()

const todos = sqliteTable('todos', { id: text().primaryKey(), text: text().notNull() })
const created = Events.synced({
  name: 'v1.TodoCreated',
  schema: z.object({ id: z.string(), text: z.string(), dueAt: z.date().optional() }),
})
const filtered = Events.clientOnly({ name: 'v1.Filtered', schema: z.object({ filter: z.enum(['all', 'active']) }) })
const none = () => []

describe('makeSchema', () => {
  test('events may be declared in place: materializers know their args, and upcasts and `replaces` theirs', () => {
    const older = Events.synced({ name: 'v0.TodoCreated', schema: z.object({ text: z.string() }) })
    const schema = makeSchema({
      version: '1',
      tables: { todos },
      events: {
        created: Events.synced({
          name: 'v1.TodoCreated',
          schema: z.object({ id: z.string(), text: z.string(), dueAt: z.date().optional() }),
          upcasts: [Events.upcast(older, ({ text }) => ({ id: text, text }))],
        }),
        filtered: Events.clientOnly({
          name: 'v1.Filtered',
          schema: z.object({ list: z.string(), filter: z.enum(['all', 'active']) }),
          replaces: ({ list }) => list,
        }),
      },
      materializers: {
        'v1.TodoCreated': (args) => {
          expectTypeOf(args).toEqualTypeOf<{ id: string; text: string; dueAt?: Date | undefined }>()
          return insert(todos).values(args)
        },
        'v1.Filtered': (args) => {
          expectTypeOf(args).toEqualTypeOf<{ list: string; filter: 'all' | 'active' }>()
          return []
        },
      },
    })
    expectTypeOf(schema.events.created).toBeCallableWith({ id: '1', text: 'x' })
    expectTypeOf(schema.events.filtered.name).toEqualTypeOf<'v1.Filtered'>()
    expect(schema.eventDef('v1.Filtered')?.replaces?.({ list: 'a', filter: 'all' })).toBe('a')
  })

  test('a materializer knows its args, and commit the events', () => {
    const schema = makeSchema({
      version: '1',
      tables: { todos },
      events: { created, filtered },
      materializers: {
        'v1.TodoCreated': (args) => {
          expectTypeOf(args).toEqualTypeOf<{ id: string; text: string; dueAt?: Date | undefined }>()
          return insert(todos).values(args)
        },
        'v1.Filtered': (args, ctx) => {
          expectTypeOf(args).toEqualTypeOf<{ filter: 'all' | 'active' }>()
          expectTypeOf(ctx.query(select().from(todos))).toEqualTypeOf<{ id: string; text: string }[]>()
          return []
        },
      },
    })
    expect(schema.events.created({ id: '1', text: 'x' })).toEqual({
      name: 'v1.TodoCreated',
      args: { id: '1', text: 'x' },
    })
    // @ts-expect-error an argument of another type
    schema.events.created({ id: 1, text: 'x' })
  })

  test('onConflict knows the events, and may answer with nothing', () => {
    makeSchema({
      version: '1',
      tables: { todos },
      events: { created, filtered },
      materializers: { 'v1.TodoCreated': none, 'v1.Filtered': none },
      onConflict({ events: [event] }, upstream, query) {
        expectTypeOf(upstream[0]!.events[0]!.name).toEqualTypeOf<'v1.TodoCreated' | 'v1.Filtered'>()
        expectTypeOf(query(select().from(todos))).toEqualTypeOf<{ id: string; text: string }[]>()
        if (event?.name !== 'v1.TodoCreated') return undefined
        expectTypeOf(event.args.dueAt).toEqualTypeOf<Date | undefined>()
        return { action: 'replace', events: [created({ ...event.args, id: `${event.args.id} again` })] }
      },
    })
  })

  test('a missing or surplus materializer is an error, in the types and at run time', () => {
    expect(() =>
      makeSchema({
        version: '1',
        tables: { todos },
        events: { created, filtered },
        // @ts-expect-error Property 'v1.Filtered' is missing
        materializers: { 'v1.TodoCreated': none },
      }),
    ).toThrow('event "v1.Filtered" has no materializer')
    expect(() =>
      makeSchema({
        version: '1',
        tables: { todos },
        events: { created },
        materializers: {
          'v1.TodoCreated': none,
          // @ts-expect-error 'v1.Gone' does not exist
          'v1.Gone': none,
        },
      }),
    ).toThrow('there is a materializer for "v1.Gone", and no event of that name')
  })

  test('two events of one name are refused', () => {
    const again = Events.synced({ name: 'v1.TodoCreated', schema: z.object({ other: z.string() }) })
    expect(() =>
      makeSchema({
        version: '1',
        tables: { todos },
        events: { created, again },
        materializers: { 'v1.TodoCreated': none },
      }),
    ).toThrow('two events are named "v1.TodoCreated"')
  })

  test('a table without a primary key, a reserved name and a name used twice are refused', () => {
    const make = (tables: Parameters<typeof makeSchema>[0]['tables']) => () =>
      makeSchema({ version: '1', tables, events: {}, materializers: {} })
    expect(make({ bare: sqliteTable('bare', { a: text() }) })).toThrow('table "bare" has no primary key')
    expect(make({ ours: sqliteTable('__headwater_x', { a: text().primaryKey() }) })).toThrow(SchemaError)
    expect(make({ todos, more: sqliteTable('todos', { id: text().primaryKey() }) })).toThrow(
      'two tables are named "todos"',
    )
  })

  test('the fingerprint follows the version and the tables, and nothing else', () => {
    const make = (version: string, tables: object) =>
      makeSchema({ version, tables: tables as never, events: {}, materializers: {} }).fingerprint
    expect(make('1', { todos })).toBe(make('1', { todos }))
    expect(make('2', { todos })).not.toBe(make('1', { todos }))
    expect(make('1', {})).not.toBe(make('1', { todos }))
  })

  test('a table whose SQL cannot be written is an error that names it, with the reason', () => {
    const make = (table: unknown) => () =>
      makeSchema({ version: '1', tables: { todos: table as typeof todos }, events: {}, materializers: {} })
    const lost = sqliteTable('lost', { id: text().primaryKey(), of: text().references(() => undefined as never) })
    expect(make(lost)).toThrow(SchemaError)
    expect(make(lost)).toThrow('the SQL of table "lost" cannot be written: ')
    const key = Symbol('no default') as unknown as string
    const odd = sqliteTable('odd', { id: text().primaryKey(), kind: text().default(key) })
    expect(make(odd)).toThrow('a default of type symbol cannot be written in SQL')
    expect(make(undefined)).toThrow(
      'tables.todos is no sqliteTable() of drizzle-orm/sqlite-core; was it imported in a circle',
    )
    expect(make({ id: 1 })).toThrow(/^tables\.todos is no sqliteTable\(\) of drizzle-orm\/sqlite-core$/)
  })

  test('a version that is no string is an error', () => {
    const make = () => makeSchema({ version: 1 as unknown as string, tables: {}, events: {}, materializers: {} })
    expect(make).toThrow('the version of makeSchema is a number, not a string')
  })

  test('without a version there is an error that says what to write', () => {
    for (const version of ['', undefined]) {
      const make = () => makeSchema({ version, tables: {}, events: {}, materializers: {} })
      expect(make).toThrow(SchemaError)
      expect(make).toThrow(/no version.*headwater\(\{ schema.*version: "1"/)
    }
  })
})

describe('events', () => {
  const schema = makeSchema({
    version: '1',
    tables: { todos },
    events: { created, filtered },
    materializers: { 'v1.TodoCreated': none, 'v1.Filtered': none },
  })

  test('invalid args name the event and the path', () => {
    const bad = { name: 'v1.TodoCreated', args: { id: '1', text: 5 } }
    const error = expect(() => encodeEvent(schema, bad))
    error.toThrow(InvalidArgs)
    error.toThrow(/^v1\.TodoCreated: .* at text$/)
  })

  test('an unknown event is refused by name', () => {
    expect(() => encodeEvent(schema, { name: 'v9.Nothing', args: {} })).toThrow(UnknownEvent)
  })

  test('an asynchronous schema is refused with what to do', () => {
    const slow = Events.synced({ name: 'v1.Slow', schema: z.string().refine(async () => true) })
    const one = makeSchema({ version: '1', tables: {}, events: { slow }, materializers: { 'v1.Slow': none } })
    expect(() => encodeEvent(one, slow('x'))).toThrow(/use a synchronous schema|synchronous/i)
  })

  test('encoded and decoded, a Date is itself again', () => {
    const dueAt = new Date('2024-01-15T10:30:00.000Z')
    const encoded = encodeEvent(schema, created({ id: '1', text: 'x', dueAt }))
    expect(encoded).toEqual({
      name: 'v1.TodoCreated',
      args: { id: '1', text: 'x', dueAt: '2024-01-15T10:30:00.000Z' },
      kinds: { '/dueAt': 'date' },
      synced: true,
    })
    const stored = JSON.parse(JSON.stringify(encoded))
    expect(decodeEvent(schema.eventReader('v1.TodoCreated')!, stored)).toEqual({ id: '1', text: 'x', dueAt })
  })
})

describe('DDL', () => {
  const parent = sqliteTable('parent', { a: integer(), b: text() }, (t) => [primaryKey({ columns: [t.a, t.b] })])
  const everything = clientOnly(
    sqliteTable(
      'every"thing',
      {
        id: integer().primaryKey({ autoIncrement: true }),
        name: text().notNull().default("it's"),
        flag: integer({ mode: 'boolean' }).notNull().default(true),
        at: integer({ mode: 'timestamp_ms' }).default(sql`(unixepoch() * 1000)`),
        ratio: real().default(0.5),
        bytes: blob(),
        unique: text().unique(),
        parent: integer(),
        lower: text().generatedAlwaysAs(sql`lower("name")`),
      },
      (t) => [
        index('by_name').on(t.name, t.flag),
        uniqueIndex('by_ratio').on(sql`${t.ratio} * 2`).where(sql`${t.flag} = 1`),
        check('positive', sql`${t.ratio} >= 0`),
      ],
    ),
  )

  test('SQLite accepts what is made of every kind of column, key, index and check', () => {
    const db = sqlite.open()
    for (const statement of [...ddlOf(parent), ...ddlOf(everything)]) db.exec(statement)
    db.run(`INSERT INTO "every""thing" (id, parent) VALUES (1, 2)`)
    expect(db.all(`SELECT name, flag, ratio, lower FROM "every""thing"`)).toEqual([["it's", 1, 0.5, "it's"]])
    expect(db.all(`SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY 1`)).toEqual([
      ['by_name'],
      ['by_ratio'],
    ])
    expect(() => db.run(`INSERT INTO "every""thing" (ratio) VALUES (-1)`)).toThrow('CHECK constraint failed: positive')
    db.close()
  })
})
