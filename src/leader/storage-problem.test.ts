import { expect, test } from 'vitest'
import { NewerLog, openEventLog } from '../replica/event-log.ts'
import { OpfsHeldError, openOpfsPool } from '../sqlite/opfs.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { fakeOpfs } from '../testing/opfs.ts'
import { problemOf } from './storage-problem.ts'

const sqlite = await loadSqlite()

test('every error of the storage has a reason that an app can switch on', async () => {
  const quota = new DOMException('no room', 'QuotaExceededError')
  expect(problemOf(quota)).toEqual({ reason: 'full', message: 'no room' })
  expect(problemOf(new OpfsHeldError('held'))).toMatchObject({ reason: 'blocked' })
  expect(problemOf(new NewerLog('newer'))).toMatchObject({ reason: 'newer' })
  expect(problemOf(new TypeError('what'))).toEqual({ reason: 'io', message: 'what' })
  expect(problemOf(thrownBy(() => sqlite.open().deserialize(new Uint8Array(4096).fill(7))))).toMatchObject({
    reason: 'damaged',
  })
})

test('a full disk is full, wherever it shows', async () => {
  const disk = fakeOpfs()
  const env = { root: async () => disk.root, sleep: async () => undefined }
  const pool = await openOpfsPool(sqlite, { directory: 'store', env })
  const log = openEventLog(pool.open('eventlog.db', { synchronous: 'full' }), () => ({ clientId: 'c', epoch: 'e' }))
  disk.fill(new DOMException('no room', 'QuotaExceededError'))
  const backend = { backendId: 'b', cursor: { seq: 0, commitId: null } }
  expect(problemOf(thrownBy(() => log.write({ backend })))).toMatchObject({ reason: 'full' })
  pool.close()
  const fresh = fakeOpfs()
  fresh.fill(new DOMException('no room', 'QuotaExceededError'))
  const refused = openOpfsPool(sqlite, { directory: 'store', env: { ...env, root: async () => fresh.root } })
  expect(problemOf(await refused.catch((error) => error))).toMatchObject({ reason: 'full' })
})

function thrownBy(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
