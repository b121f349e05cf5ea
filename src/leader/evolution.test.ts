import { sql } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { withHeads } from '../replica/replica.ts'
import { commitOf, declared, events, schema } from '../replica/testing.ts'
import { Events } from '../schema/events.ts'
import { makeSchema, type Schema } from '../schema/schema.ts'
import { openOpfsPool } from '../sqlite/opfs.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { syncState } from '../sync/state.ts'
import { lead } from '../testing/lead.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { fakeOpfs } from '../testing/opfs.ts'
import { createTracer } from '../trace.ts'
import { openStores } from './open.ts'
import { opfsStorage } from './storage.ts'

const sqlite = await loadSqlite()

const made = (id: string) => commitOf(`make-${id}`, events.created({ id, text: id }))

/** The app after an upgrade: `v1.Created` has become `v2.Created`. */
function upgraded(upcast: (args: { id: string; text: string }) => { id: string; title: string }) {
  const { created, ...others } = events
  const { 'v1.Created': insertTodo, ...materializers } = declared.materializers
  const newer = Events.synced({
    name: 'v2.Created',
    schema: z.object({ id: z.string(), title: z.string() }),
    upcasts: [Events.upcast(created, upcast)],
  })
  return makeSchema({
    ...declared,
    version: 'upgraded',
    events: { ...others, created: newer },
    materializers: { ...materializers, 'v2.Created': ({ id, title }) => insertTodo({ id, text: title }) },
  })
}

/** The commits without effect, in the state that a tab gets. */
async function skippedBy({ join }: ReturnType<typeof lead>) {
  const { joined } = await join('session1')
  const tab = sqlite.open()
  tab.deserialize(joined.bytes!)
  return tab.all('SELECT commit_id, error FROM __headwater_skipped')
}

describe('an upgrade with an upcast', () => {
  test('shows what was committed before: confirmed, not yet confirmed, and from others who have not upgraded', async () => {
    const before = lead()
    before.backend(1, [made('a')])
    const { push } = await before.join('session1')
    await push(made('b'))
    const after = lead(
      before.crash(),
      upgraded(({ id, text }) => ({ id, title: `${text}!` })),
    )
    after.backend(2, [made('c')])
    expect(after.content().todos).toEqual([
      ['a', 'a!', 0],
      ['b', 'b!', 0],
      ['c', 'c!', 0],
    ])
    expect(after.unpushed()).toEqual(['make-b'])
  })

  test('leaves what is in the log as it was committed', async () => {
    const before = lead()
    before.backend(1, [made('a')])
    const after = lead(
      before.crash(),
      upgraded(({ id, text }) => ({ id, title: text })),
    )
    expect(after.log.confirmedAfter({ global: 0, client: 0, rebaseGeneration: 0 }, 1)).toMatchObject([
      { commit: { events: [{ name: 'v1.Created', args: { id: 'a', text: 'a' } }] } },
    ])
  })

  test('P3 skips the commits whose upcast throws, and goes on', async () => {
    const before = lead()
    before.backend(3, [made('a'), made('b'), made('c')])
    const after = lead(
      before.crash(),
      upgraded(({ id, text }) => {
        if (id === 'b') throw new Error('b is beyond me')
        return { id, title: text }
      }),
    )
    expect(after.content().todos!.map(([id]) => id)).toEqual(['a', 'c'])
    const why = 'the materializer of v1.Created failed: v1.Created: the upcast to v2.Created failed: b is beyond me'
    expect(await skippedBy(after)).toEqual([['make-b', why]])
    const mended = lead(after.crash(), schema)
    expect(mended.content().todos!.map(([id]) => id)).toEqual(['a', 'b', 'c'])
    expect(await skippedBy(mended)).toEqual([])
  })
})

describe('the state that is there', () => {
  /** The row of a todo that was made under the first schema, as the second finds it. */
  async function reopened(first: Schema, second: Schema) {
    const disk = fakeOpfs()
    const { env } = manualEnv()
    const open = async (schema: Schema) => {
      const world = { root: async () => disk.root, sleep: async () => undefined }
      const storage = opfsStorage(await openOpfsPool(sqlite, { directory: 'store', env: world }))
      return { ...openStores({ storeId: 'store', storage, schema, env, traces: createTracer() }), storage }
    }
    const before = await open(first)
    before.log.write({ appended: [made('a')] })
    before.log.write({ confirmed: withHeads(before.log.confirmed, [made('a')]) })
    const sync = syncState(before.log.confirmed, [], [])
    before.state.follow(sync, [made('a')])
    before.state.fold(sync)
    before.close()
    const after = await open(second)
    const [row] = after.state.query(sql<Record<string, unknown>>`SELECT * FROM todos`)
    after.close()
    return row
  }

  /** The same tables, other materializers: its rows tell which schema made them. */
  const shouting = (version: string, tables = declared.tables) =>
    makeSchema({
      ...declared,
      version,
      tables,
      materializers: {
        ...declared.materializers,
        'v1.Created': ({ id, text }) => sql`INSERT INTO todos (id, text) VALUES (${id}, ${`${text}!`})`,
      },
    })

  test('is kept with the same fingerprint', async () => {
    expect(await reopened(schema, shouting(schema.version))).toMatchObject({ text: 'a' })
  })

  test('is made again from the log with another version', async () => {
    expect(await reopened(schema, shouting('2'))).toMatchObject({ text: 'a!' })
  })

  test('is made again from the log with other tables', async () => {
    const todos = sqliteTable('todos', { id: text().primaryKey(), text: text().notNull(), stars: integer().default(5) })
    const changed = { ...declared.tables, todos } as unknown as typeof declared.tables
    expect(await reopened(schema, shouting(schema.version, changed))).toEqual({ id: 'a', text: 'a!', stars: 5 })
  })
})
