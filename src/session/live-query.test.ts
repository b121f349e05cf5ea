import { count, eq, sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeInMemoryAdapter } from '../adapter/memory.ts'
import { events, schema, tables } from '../replica/testing.ts'
import { select } from '../schema/query.ts'
import type { Trace } from '../trace.ts'
import { createStorePromise, type Store } from './store.ts'

const { todos, drafts } = tables
let store: Store<(typeof schema)['events']>
let traces: Trace[]

beforeEach(async () => {
  traces = []
  store = await createStorePromise({
    schema,
    adapter: makeInMemoryAdapter(),
    storeId: 'test',
    onTrace: (trace) => void traces.push(trace),
  })
})
afterEach(() => store.shutdown())

const ran = () => traces.filter(({ type }) => type === 'queried').length
const task = () => new Promise((resolve) => setTimeout(resolve))

test('an equal query is the same object, whoever builds it', () => {
  const query = () => store.live(select().from(todos).where(eq(todos.id, 'a')))
  expect(query()).toBe(query())
  expect(store.live(select().from(todos).where(eq(todos.id, 'b')))).not.toBe(query())
})

test('queries of one SQL that call its columns otherwise, or read them otherwise, are not taken for each other', () => {
  store.commit(events.created({ id: 'a', text: 'a' }))
  const length = () => sql`length(${todos.text})`
  const asked = [
    select({ id: todos.id }).from(todos),
    select({ key: todos.id }).from(todos),
    select({ in: { key: todos.id } }).from(todos),
    select({ n: length() }).from(todos),
    select({ n: length().mapWith(String) }).from(todos),
    select({ n: length().mapWith((n: number) => n * 10) }).from(todos),
  ]
  const rows = [{ id: 'a' }, { key: 'a' }, { in: { key: 'a' } }, { n: 1 }, { n: '1' }, { n: 10 }]
  expect(asked.map((query) => store.query(query as never)[0])).toEqual(rows)
  const inline = () => store.live(select({ n: length().mapWith((n: number) => n * 10) }).from(todos))
  expect(inline()).toBe(inline())
})

test('what a commit changed is there at once, and told once a task', async () => {
  const heard: number[] = []
  store.subscribe(select().from(todos), (rows) => heard.push(rows.length))
  store.commit(events.created({ id: 'a', text: 'a' }))
  expect(store.query(select().from(todos))).toHaveLength(1)
  store.commit(events.created({ id: 'b', text: 'b' }))
  await task()
  expect(heard).toEqual([0, 2])
})

test('a query runs again only if a table and column that it reads was written', async () => {
  store.commit(events.created({ id: 'a', text: 'a' }))
  store.subscribe(select().from(drafts), () => undefined)
  store.subscribe(select({ id: todos.id }).from(todos), () => undefined)
  store.subscribe(select({ n: count() }).from(todos), () => undefined)
  await task()
  const before = ran()
  store.commit(events.renamed({ id: 'a', text: 'b' }))
  await task()
  expect(ran()).toBe(before)
  store.commit(events.drafted({ id: 'd', text: 'x' }))
  await task()
  expect(ran()).toBe(before + 1)
  store.commit(events.created({ id: 'c', text: 'c' }))
  await task()
  expect(ran()).toBe(before + 3)
})

test('of a thousand queries by key, that of the written row runs again, and no other', async () => {
  const ids = Array.from({ length: 1_000 }, (_, index) => `todo${index}`)
  store.commit(...ids.map((id) => events.created({ id, text: id })))
  const heard: string[] = []
  for (const id of [...ids, 'new']) {
    store.subscribe(select().from(todos).where(eq(todos.id, id)), ([todo]) => heard.push(`${id} ${todo?.text}`))
  }
  await task()
  const before = ran()
  heard.length = 0
  store.commit(events.renamed({ id: 'todo7', text: 'seven' }))
  await task()
  store.commit(events.created({ id: 'new', text: 'eight' }))
  await task()
  store.commit(events.removed({ id: 'todo9' }))
  await task()
  expect(heard).toEqual(['todo7 seven', 'new eight', 'todo9 undefined'])
  expect(ran()).toBe(before + 3)
})

test('the first rows of an order do not run again for what stays behind them, once they ran for nothing', async () => {
  const ids = Array.from({ length: 100 }, (_, index) => `todo${index}`)
  store.commit(...ids.map((id, index) => events.created({ id, text: `b${String(index).padStart(3, '0')}` })))
  const heard: string[] = []
  const first = select().from(todos).orderBy(todos.text).limit(2)
  store.subscribe(first, (rows) => heard.push(rows.map(({ text }) => text).join()))
  const rename = async (id: string, text: string) => {
    const before = ran()
    store.commit(events.renamed({ id, text }))
    await task()
    return ran() - before
  }
  expect([await rename('todo50', 'c1'), await rename('todo50', 'c2')]).toEqual([1, 1])
  expect([await rename('todo50', 'c3'), await rename('todo7', 'c4')]).toEqual([0, 0])
  expect(await rename('todo50', 'a1')).toBe(1)
  expect(await rename('todo0', 'c5')).toBe(1)
  expect(await rename('todo0', 'c6')).toBe(0)
  store.commit(events.removed({ id: 'todo9' }))
  await task()
  store.commit(events.removed({ id: 'todo50' }))
  await task()
  expect(heard).toEqual(['b000,b001', 'a1,b000', 'a1,b001', 'b001,b002'])
})

test('a query that cannot run throws where it is read, and leaves the others alone', async () => {
  store.commit(events.created({ id: 'a', text: '{}' }))
  const parsed = store.live(sql<{ name: string }>`SELECT json_extract(text, '$.name') AS name FROM todos`)
  const told: string[] = []
  parsed.subscribe(() => told.push('parsed'))
  store.subscribe(select().from(todos), (rows) => told.push(rows.map(({ text }) => text).join()))
  store.commit(events.renamed({ id: 'a', text: 'no JSON' }))
  await task()
  expect(told).toEqual(['{}', 'parsed', 'no JSON'])
  expect(() => parsed.get()).toThrow('malformed JSON')
  store.commit(events.renamed({ id: 'a', text: '{"name":"x"}' }))
  expect(parsed.get()).toEqual([{ name: 'x' }])
})

test('equal rows notify nobody, and rows that did not change keep their identity', async () => {
  store.commit(events.created({ id: 'a', text: 'a' }), events.created({ id: 'b', text: 'b' }))
  const heard: (readonly { id: string; text: string }[])[] = []
  store.subscribe(select({ id: todos.id, text: todos.text }).from(todos).orderBy(todos.id), (rows) => heard.push(rows))
  store.commit(events.renamed({ id: 'a', text: 'a' }))
  await task()
  expect(heard).toHaveLength(1)
  store.commit(events.renamed({ id: 'b', text: 'B' }))
  await task()
  expect(heard).toHaveLength(2)
  expect(heard[1]![0]).toBe(heard[0]![0])
  expect(heard[1]![1]).toEqual({ id: 'b', text: 'B' })
})

test('a listener that came after a change was read is told of the next one', async () => {
  const live = store.live(select().from(todos))
  expect(live.get()).toEqual([])
  let told = 0
  live.subscribe(() => told++)
  store.commit(events.created({ id: 'a', text: 'a' }))
  expect(live.get()).toHaveLength(1) // read before the end of the task: the listener must still hear
  await task()
  expect(told).toBe(1)
})

test('an unsubscribed listener hears nothing more', async () => {
  let told = 0
  const stop = store.subscribe(select().from(todos), () => told++)
  stop()
  store.commit(events.created({ id: 'a', text: 'a' }))
  await task()
  expect(told).toBe(1)
})

test('a query of an unknown table says so when it is first used', () => {
  const gone = { ...select().from(todos) }
  expect(gone).toBeDefined()
  expect(() => store.query(select().from(tables.todos).where(eq(tables.drafts.id, 'x')))).toThrow('no such column')
})
