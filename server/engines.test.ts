import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EventLog } from '../src/backend/event-log.ts'
import { aCommit, eventLogContract } from '../src/testing/contracts/event-log.ts'
import { createMemoryEngine } from './memory-engine.ts'
import { openSqliteEngine } from './sqlite-engine.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headwater-log-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const openSqlite = () => openSqliteEngine({ file: join(folder, 'log.sqlite') })
const engines: Record<string, () => Promise<EventLog>> = {
  memory: async () => createMemoryEngine(),
  sqlite: openSqlite,
}

describe.each(Object.entries(engines))('the %s engine', (_, open) => {
  test.each(eventLogContract.map((rule) => [rule.name, rule] as const))('%s', async (_, rule) => {
    const log = await open()
    try {
      await rule.run(log)
    } finally {
      await log.close()
    }
  })
})

describe('the sqlite engine', () => {
  test('keeps everything when it is closed and opened again', async () => {
    const before = await openSqlite()
    const { backendId } = (await before.open('todos', { create: true }))!
    const commits = [aCommit('first', 2), aCommit('second')]
    await before.append('todos', { backendId, parent: 0, commits })
    await before.close()

    const after = await openSqlite()
    const head = { seq: 3, commitId: 'second__' }
    expect(await after.open('todos', { create: true })).toEqual({ backendId, head })
    expect(await after.read('todos', { after: 0, maxEvents: 10, maxBytes: 1_000 })).toMatchObject({ commits, head })
    await after.close()
  })

  test('refuses a file that another one has open, in a sentence', async () => {
    const first = await openSqlite()
    await expect(openSqlite()).rejects.toThrow(/log\.sqlite is in use by another server$/)
    await first.close()
    await (await openSqlite()).close()
  })

  test('refuses a file that is something else, and leaves it alone', async () => {
    writeFileSync(join(folder, 'log.sqlite'), 'Dear diary, '.repeat(100))
    await expect(openSqlite()).rejects.toThrow(/is not an event log of Headwater$/)
    rmSync(join(folder, 'log.sqlite'))

    const other = new DatabaseSync(join(folder, 'log.sqlite'))
    other.exec('CREATE TABLE recipes (name TEXT)')
    other.close()
    await expect(openSqlite()).rejects.toThrow(/is not an event log of Headwater$/)
  })

  test('refuses a file of a newer version', async () => {
    await (await openSqlite()).close()
    const db = new DatabaseSync(join(folder, 'log.sqlite'))
    db.exec('PRAGMA user_version = 99')
    db.close()
    await expect(openSqlite()).rejects.toThrow(/was written by a newer version of Headwater$/)
  })

  test('a call after close is refused, one before is answered', async () => {
    const log = await openSqlite()
    const opened = log.open('todos', { create: true })
    await opened
    const read = log.read('todos', { after: 0, maxEvents: 1, maxBytes: 1 })
    await log.close()
    expect((await read).head.seq).toBe(0)
    await expect(log.open('todos', { create: false })).rejects.toThrow('the event log is closed')
    expect((await log.health()).ok).toBe(false)
  })

  test('more waiting for the disk than allowed is refused at once', async () => {
    const log = await openSqliteEngine({ file: join(folder, 'log.sqlite'), maxWaitingBytes: 1_000 })
    const opened = (await log.open('todos', { create: true }))!
    const append = (parent: number, size: number) =>
      log.append('todos', {
        backendId: opened.backendId,
        parent,
        commits: [aCommit(`after-${parent}`, 1, 'x'.repeat(size))],
      })
    const first = append(0, 5_000)
    await expect(append(1, 10)).rejects.toThrow('bytes wait for the disk already')
    expect((await first).type).toBe('appended')
    expect((await append(1, 10)).type).toBe('appended')
    await log.close()
  })

  test('a process that is killed while it appends loses nothing acknowledged, and tears no push', async () => {
    const acknowledged = new Map<string, number>()
    for (let round = 0; round < 3; round++) {
      for (const [storeId, seq] of await appendUntilKilled(join(folder, 'log.sqlite'), 150)) {
        acknowledged.set(storeId, seq)
      }
      const log = await openSqlite()
      for (const [storeId, seq] of acknowledged) await expectWhole(log, storeId, seq)
      await log.close()
    }
    expect(acknowledged.size).toBe(4)
  }, 20_000)
})

/** Starts a child that appends, kills it after `lines` acknowledgements, and tells the last of each store. */
async function appendUntilKilled(file: string, lines: number): Promise<Map<string, number>> {
  const script = fileURLToPath(new URL('./testing/crash-child.ts', import.meta.url))
  const child = spawn(process.execPath, [script, file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const acknowledged = new Map<string, number>()
  let count = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const [storeId, seq] = line.split(' ') as [string, string]
    acknowledged.set(storeId, Number(seq))
    if (++count === lines) child.kill('SIGKILL')
  }
  return acknowledged
}

async function expectWhole(log: EventLog, storeId: string, acknowledged: number): Promise<void> {
  const { commits, head } = await log.read(storeId, { after: 0, maxEvents: 1e9, maxBytes: 1e9 })
  expect(head.seq).toBeGreaterThanOrEqual(acknowledged)
  expect(head.seq % 3).toBe(0)
  const expected = Array.from({ length: head.seq }, (_, index) => `batch-${index - (index % 3)}-${index % 3}`)
  expect(commits.map(({ commitId }) => commitId)).toEqual(expected)
}
