/** What becomes of commits that do not apply: whole clients against the real backend, in one process. */
import { afterEach, describe, expect, test } from 'vitest'
import {
  CommitSettled,
  createStorePromise,
  MaterializeError,
  makeInMemoryAdapter,
  makeWebSocketBackend,
  type OnConflict,
  type Receipt,
  type SyncStatus,
  select,
} from '../src/index.ts'
import { events, laxSchema, schemaWith, tables } from '../src/replica/testing.ts'
import { until as untilStatus } from '../src/testing/tabs.ts'
import { createMemoryEngine, type ServerOptions, startServer } from './index.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function open(url: string, schema = schemaWith(() => undefined)) {
  const adapter = makeInMemoryAdapter()
  const sync = { backend: makeWebSocketBackend({ url }) }
  const store = await createStorePromise({ schema, adapter, storeId: 'store', sync })
  closers.push(() => store.shutdown())
  const todos = () => store.query(select().from(tables.todos).orderBy(tables.todos.id))
  const until = (is: (status: SyncStatus) => boolean) => untilStatus(store, is)
  const at = (head: number) => until(({ session }) => session.head.global === head)
  return { store, todos, until, at }
}

async function serve(options: Partial<ServerOptions> = {}) {
  const server = await startServer({ engine: createMemoryEngine(), port: 0, log: () => undefined, ...options })
  closers.push(() => server.close())
  return server.url
}

/** Client b, offline, marks todo 1 as required and creates todo 2; meanwhile client a removes todo 1. */
async function conflict(onConflict: OnConflict<typeof events> = () => undefined) {
  const url = await serve()
  const schema = schemaWith(onConflict)
  const [a, b] = [await open(url, schema), await open(url, schema)]
  await a.store.commit(events.created({ id: '1', text: 'milk' })).confirmed
  await b.at(1)
  b.store.setOnline(false)
  await b.until(({ connection }) => connection.name === 'offline')
  const doomed = b.store.commit(events.required({ id: '1' }))
  const behind = b.store.commit(events.created({ id: '2', text: 'bread' }))
  await behind.persisted
  await a.store.commit(events.removed({ id: '1' })).confirmed
  b.store.setOnline(true)
  await behind.confirmed
  return { url, a, b, doomed, behind }
}

const endOf = (receipt: Receipt): Promise<unknown> => receipt.confirmed.catch((error: unknown) => error)

describe('a commit that no longer applies', () => {
  test('P4 P6 R3 kept: it is parked, and its receipt and the list say so', async () => {
    const { a, b, doomed } = await conflict(() => ({ action: 'keep', reason: 'for later' }))
    const end = await endOf(doomed)
    expect(end).toBeInstanceOf(CommitSettled)
    expect(end).toMatchObject({ commitId: doomed.commitId, outcome: 'parked', reason: 'for later' })
    expect(await b.store.parked.list()).toMatchObject([
      { commitId: doomed.commitId, outcome: 'parked', reason: 'for later', events: [events.required({ id: '1' })] },
    ])
    expect(await a.store.parked.list()).toEqual([])
    await a.at(3)
    expect(a.todos()).toEqual([{ id: '2', text: 'bread', version: 0 }])
    expect(b.todos()).toEqual(a.todos())
  })

  test('P4 P6 R3 dropped: its receipt says so, and no list', async () => {
    const { a, b, doomed } = await conflict(() => ({ action: 'drop' }))
    expect(await endOf(doomed)).toMatchObject({ outcome: 'dropped', reason: expect.stringMatching(/no todo 1/) })
    expect(await b.store.parked.list()).toEqual([])
    await a.at(3)
    expect(b.todos()).toEqual(a.todos())
  })

  test('P7 R4 replaced: the receipt follows, and is confirmed when the replacement is', async () => {
    const { a, b, doomed } = await conflict(({ events: [event] }) =>
      event?.name === 'v1.Required'
        ? { action: 'replace', events: [events.created({ id: event.args.id, text: 'again' })] }
        : undefined,
    )
    await doomed.confirmed
    await Promise.all([a.at(4), b.at(4)])
    expect(a.todos().map(({ text }) => text)).toEqual(['again', 'bread'])
    expect(b.todos()).toEqual(a.todos())
  })

  test('R4 replaced by one that does not apply either: the receipt tells of that', async () => {
    const { doomed } = await conflict(() => ({ action: 'replace', events: [events.required({ id: 'nobody' })] }))
    expect(await endOf(doomed)).toMatchObject({ outcome: 'parked', reason: expect.stringMatching(/no todo nobody/) })
  })

  test('P6 an onConflict with a bug: parked with that as the reason, and the client goes on', async () => {
    const { b, doomed } = await conflict(() => {
      throw new Error('a bug of the app')
    })
    expect(await endOf(doomed)).toMatchObject({ outcome: 'parked', reason: expect.stringMatching(/a bug of the app/) })
    await b.store.commit(events.created({ id: '3', text: 'butter' })).confirmed
  })
})

describe('a parked commit', () => {
  test('P8 retried once it applies again: a new commit at the head, and the list is empty', async () => {
    const { a, b, doomed } = await conflict()
    await endOf(doomed)
    const again = a.store.commit(events.created({ id: '1', text: 'milk again' }))
    await again.confirmed
    await b.at(4)
    const retry = await b.store.parked.retry(doomed.commitId)
    expect(retry.commitId).not.toBe(doomed.commitId)
    await retry.confirmed
    await a.at(5)
    expect(a.todos()).toContainEqual({ id: '1', text: 'milk again', version: 100 })
    expect(b.todos()).toEqual(a.todos())
    expect(await b.store.parked.list()).toEqual([])
    expect(b.store.status.getState().parked).toBe(0)
    await expect(b.store.parked.retry(doomed.commitId)).rejects.toThrow(`commit ${doomed.commitId} is not parked`)
  })

  test('P8 retried where it does not apply: that is told, and it stays parked', async () => {
    const { b, doomed } = await conflict()
    await endOf(doomed)
    await expect(b.store.parked.retry(doomed.commitId)).rejects.toThrow(MaterializeError)
    expect(await b.store.parked.list()).toMatchObject([{ commitId: doomed.commitId }])
  })

  test('P9 discarded: it is gone, and a second time is no error', async () => {
    const { b, doomed } = await conflict()
    await endOf(doomed)
    const told = new Promise<void>((resolve) => {
      const stop = b.store.parked.subscribe(() => {
        if (b.store.parked.get()?.length !== 0) return
        stop()
        resolve()
      })
    })
    await b.store.parked.discard(doomed.commitId)
    await told
    await b.store.parked.discard(doomed.commitId)
    expect(await b.store.parked.list()).toEqual([])
  })

  test('P4 exported: JSON that has the events as they are in the log, and why they are there', async () => {
    const { b, doomed } = await conflict(() => ({ action: 'keep', reason: 'for later' }))
    await endOf(doomed)
    const exported = JSON.parse(await b.store.parked.export())
    expect(exported).toMatchObject({
      format: 'headwater.parked.v1',
      commits: [
        {
          outcome: 'parked',
          reason: 'for later',
          commit: { commitId: doomed.commitId, events: [{ name: 'v1.Required' }] },
        },
      ],
    })
  })
})

describe('lists', () => {
  test('P4 B5 what the backend rejected is listed with all of its events', async () => {
    const a = await open(await serve({ validate: () => 'not today' }))
    const receipt = a.store.commit(events.created({ id: '1', text: 'milk' }), events.drafted({ id: 'd', text: 'x' }))
    expect(await endOf(receipt)).toMatchObject({ outcome: 'rejected', reason: 'not today' })
    expect(await a.store.parked.list()).toMatchObject([
      {
        commitId: receipt.commitId,
        outcome: 'rejected',
        reason: 'not today',
        events: [events.created({ id: '1', text: 'milk' }), events.drafted({ id: 'd', text: 'x' })],
      },
    ])
  })

  test('P3 a confirmed commit that throws has no effect and is listed, the same on every client', async () => {
    const url = await serve()
    const [early, lenient] = [await open(url), await open(url, laxSchema)]
    await early.store.commit(events.created({ id: '1', text: 'milk' })).confirmed
    const { commitId } = lenient.store.commit(events.required({ id: 'nobody' }))
    await early.at(2)
    await early.store.commit(events.created({ id: '3', text: 'butter' })).confirmed
    const late = await open(url)
    await late.at(3)
    const error = 'the materializer of v1.Required failed: there is no todo nobody'
    expect(early.store.skipped()).toEqual([{ commitId, event: 'v1.Required', error }])
    expect(late.store.skipped()).toEqual(early.store.skipped())
    expect(late.todos().map(({ id }) => id)).toEqual(['1', '3'])
    expect(early.todos()).toEqual(late.todos())
  })
})
