/** While a new build makes the state from a long log, what the last build made in the same tables is read, and commits are persisted. */
import { expect, test } from 'vitest'
import { commitOf, declared, events, schema, tables } from '../replica/testing.ts'
import { insert } from '../schema/query.ts'
import { makeSchema, type Schema } from '../schema/schema.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { fakeOpfs } from '../testing/opfs.ts'
import { openPool } from '../testing/pool.ts'
import { openTab as openTabOf } from '../testing/tabs.ts'
import { createTracer } from '../trace.ts'
import { openStores } from './open.ts'
import { openLeader } from './resettable.ts'
import { opfsStorage } from './storage.ts'

const count = 3_000

/** The next build shouts, and does not know of the todo 7. */
const louder = makeSchema({
  ...declared,
  version: 'louder',
  materializers: {
    ...declared.materializers,
    'v1.Created': ({ id, text }) => (id === '7' ? [] : insert(tables.todos).values({ id, text: text.toUpperCase() })),
  },
})

/** A browser with a long log, and with the state that `schema` makes of it. */
async function browser() {
  const disk = fakeOpfs()
  const { env, live } = manualEnv()
  let ticks = 0
  const storageOf = async () => opfsStorage(await openPool(disk))
  const before = async () =>
    openStores({ storeId: 'store', storage: await storageOf(), schema, env, traces: createTracer() })
  const empty = await before()
  const confirmed = Array.from({ length: count }, (_, at) => ({
    commit: commitOf(`c${at}`, events.created({ id: `${at}`, text: 'milk' })),
    head: { global: at + 1, client: 0, rebaseGeneration: 0 },
  }))
  empty.log.write({ confirmed })
  empty.close()
  const filled = await before()
  filled.close()

  const failures: unknown[] = []
  const lead = async (of: Schema = louder) =>
    openLeader({
      storeId: 'store',
      schema: of,
      storage: await storageOf(),
      // A millisecond for each slice, which is a page of commits.
      env: { ...env, defer: (call) => void env.after(1, call), elapsed: () => ++ticks * 10 },
      traces: createTracer(),
      onFailed: (error) => failures.push(error),
    })

  const openTab = async (leader: Awaited<ReturnType<typeof lead>>, of: Schema = louder) => {
    const tab = await openTabOf(leader, { env, live, schema: of })
    return {
      ...tab,
      progress: () => tab.status().progress?.name,
      /** How many todos there are of each text. */
      texts: () => {
        const found: Record<string, number> = {}
        for (const { text } of tab.todos()) found[text] = (found[text] ?? 0) + 1
        return found
      },
    }
  }
  return { disk, live, lead, openTab, failures }
}

test('a tab opens at once on what the last build made, marked; it commits, and has the new state once that is made', async () => {
  const { live, lead, openTab, failures } = await browser()
  const leader = await lead()
  const tab = await openTab(leader)
  expect([tab.texts(), tab.progress()]).toEqual([{ milk: count }, 'rebuild'])
  tab.add('bread')
  await live(3)
  expect([tab.persisted, tab.progress(), tab.texts()]).toEqual([['bread'], 'rebuild', { milk: count, BREAD: 1 }])
  const other = await openTab(leader)
  expect(other.texts()).toEqual({ milk: count, BREAD: 1 })
  await live(30)
  for (const { texts, progress } of [tab, other]) {
    expect([texts(), progress()]).toEqual([{ MILK: count - 1, BREAD: 1 }, undefined])
  }
  tab.add('tea')
  await live(3)
  expect([tab.persisted, failures]).toEqual([['bread', 'tea'], []])
  leader.close()
})

test('a commit that does not apply to what the new build makes is judged then', async () => {
  const { live, lead, openTab } = await browser()
  const leader = await lead()
  const tab = await openTab(leader)
  const outcome = tab.store.commit(events.required({ id: '7' })).confirmed.catch(({ outcome }) => outcome)
  tab.add('bread')
  await live(40)
  expect(await outcome).toBe('parked')
  expect([tab.texts(), tab.persisted]).toEqual([{ MILK: count - 1, BREAD: 1 }, ['bread']])
  expect(tab.status().parked).toBe(1)
  leader.close()
})

test('the leader dies meanwhile: what is shown stays as it was until the next one has made the state', async () => {
  const { live, lead, openTab } = await browser()
  const first = await lead()
  const tab = await openTab(first)
  tab.add('bread')
  await live(3)
  first.close()
  const next = await lead()
  tab.follow(next)
  await live(2)
  expect([tab.texts(), tab.persisted]).toEqual([{ milk: count, BREAD: 1 }, ['bread']])
  await live(40)
  expect([tab.texts(), tab.progress()]).toEqual([{ MILK: count - 1, BREAD: 1 }, undefined])
  next.close()
})

test('the disk is full meanwhile: it is said, and what is committed is persisted when there is room', async () => {
  const { disk, live, lead, openTab, failures } = await browser()
  const leader = await lead()
  const tab = await openTab(leader)
  disk.fill(new DOMException('no room', 'QuotaExceededError'))
  tab.add('bread')
  await live(10)
  expect([tab.persisted, tab.status().storage?.problem?.reason]).toEqual([[], 'full'])
  tab.add('tea')
  disk.fill(undefined)
  await live(5_000)
  expect([tab.persisted, failures]).toEqual([['bread', 'tea'], []])
  expect([tab.texts(), tab.progress()]).toEqual([{ MILK: count - 1, BREAD: 1, TEA: 1 }, undefined])
  leader.close()
})

test('a tab of the last build goes on, and what it commits is persisted meanwhile', async () => {
  const { live, lead, openTab } = await browser()
  const older = await lead(schema)
  const tab = await openTab(older, schema)
  older.close()
  const leader = await lead()
  tab.follow(leader)
  await live(2)
  tab.add('bread')
  await live(2)
  expect([tab.persisted, tab.progress()]).toEqual([['bread'], 'rebuild'])
  await live(40)
  expect([tab.texts(), tab.progress()]).toEqual([{ milk: count, bread: 1 }, undefined])
  leader.close()
})
