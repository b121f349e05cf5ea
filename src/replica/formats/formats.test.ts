import { readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { loadSqlite } from '../../sqlite/wa-sqlite.ts'
import { NewerLog, openEventLog } from '../event-log.ts'
import { readImported } from '../imported-log.ts'
import { commitOf, events } from '../testing.ts'

const sqlite = await loadSqlite()
const root = { global: 0, client: 0, rebaseGeneration: 0 }

/** Logs as the builds of their time have written them. */
const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.db.gz'))

function open(file: string) {
  const db = sqlite.open()
  db.deserialize(gunzipSync(readFileSync(`${import.meta.dirname}/${file}`)))
  return db
}

function fresh() {
  const db = sqlite.open()
  openEventLog(db, () => ({ clientId: 'abcdef', epoch: 'epoch' }))
  return db
}

const versionOf = (db: ReturnType<typeof open>) => db.all('PRAGMA user_version')[0]![0]
const tablesOf = (db: ReturnType<typeof open>) => db.all('SELECT type, name, sql FROM sqlite_schema ORDER BY name')

test('each format of the log, up to the present one, is here as a file', () => {
  expect(files.map((file) => versionOf(open(file)))).toEqual(files.map((_, index) => index + 1))
  expect(versionOf(fresh())).toBe(files.length)
})

describe.each(files)('%s', (file) => {
  test('H1 P4 is opened with all that it holds', () => {
    const db = open(file)
    const log = openEventLog(db, () => {
      throw new Error('a log that is there has its identity')
    })
    expect(log.identity).toMatchObject({ clientId: 'abcdef', epoch: expect.stringMatching(/^epoch\d$/) })
    expect([log.backendId, log.cursor]).toEqual(['backend1', { seq: 2, commitId: 'theirs' }])
    expect(log.confirmedAfter(root, 10).map(({ commit, head }) => [commit.commitId, head.global, head.client])).toEqual(
      [
        ['make-a', 1, 0],
        ['type-2', 1, 2],
        ['theirs', 2, 0],
      ],
    )
    expect(log.unconfirmed()).toMatchObject([
      { commitId: 'make-d', events: [{ name: 'v1.Created', args: { id: 'd', text: 'the text of d' } }] },
      { commitId: 'make-dated', at: 1_700_000_000_000, events: [{ kinds: { '/text': 'date' } }] },
    ])
    expect(log.parked().map(({ commit, outcome, reason }) => [commit.commitId, outcome, reason])).toEqual([
      ['make-b', 'rejected', 'no'],
      ['make-c', 'parked', 'threw'],
    ])
  })

  test('goes on as a log of the present format', () => {
    const db = open(file)
    const log = openEventLog(db, () => {
      throw new Error('a log that is there has its identity')
    })
    expect(versionOf(db)).toBe(files.length)
    expect(tablesOf(db)).toEqual(tablesOf(fresh()))
    expect(log.findEvent((name) => name === 'v1.Typed')).toBe('v1.Typed')
    expect(log.findEvent((name) => name === 'v1.Renamed')).toBeUndefined()
    const replacement = { ...commitOf('instead', events.created({ id: 'd', text: 'better' })), replaces: 'make-d' }
    const replaced = { commitId: 'make-d', outcome: 'replaced', replacement: 'instead', reason: '' } as const
    log.write({ settled: [replaced], replacements: [replacement] })
    expect(log.unconfirmed().map(({ commitId }) => commitId)).toEqual(['instead', 'make-dated'])
    expect(log.find('make-d')).toEqual({ state: 'settled', ...replaced })
  })
})

test('a log learns of which store it is when it is migrated, and says so from then on', () => {
  const identity = () => ({ clientId: 'abcdef', epoch: 'epoch' })
  const db = open('log-3.db.gz')
  expect(openEventLog(db, identity, 'one').storeId).toBe('one')
  expect(openEventLog(db, identity, 'two').storeId).toBe('one')
  const last = open(files.at(-1)!)
  expect(openEventLog(last, identity).storeId).toBe('store')
  const imported = [
    readImported(sqlite.open(), open('log-3.db.gz').serialize(), 'store'),
    readImported(sqlite.open(), last.serialize(), 'one'),
  ]
  expect(imported).toMatchObject([undefined, { reason: 'other store' }])
})

test('a migration that fails changes nothing, and can be tried again', () => {
  const db = open(files[0]!)
  db.exec('ALTER TABLE outcomes ADD COLUMN replacement TEXT') // so that a later step has no place
  const before = [versionOf(db), tablesOf(db)]
  expect(() => openEventLog(db, () => ({ clientId: '', epoch: '' }))).toThrow('duplicate column')
  expect([versionOf(db), tablesOf(db)]).toEqual(before)
  db.exec('ALTER TABLE outcomes DROP COLUMN replacement')
  expect(openEventLog(db, () => ({ clientId: '', epoch: '' })).identity.epoch).toBe('epoch1')
})

test('a log of a newer format is refused, and not a byte of it changes', () => {
  const db = fresh()
  db.exec(`PRAGMA user_version = ${files.length + 1}`)
  const bytes = db.serialize()
  expect(() => openEventLog(db, () => ({ clientId: '', epoch: '' }))).toThrow(
    new NewerLog(
      `the event log has format ${files.length + 1}, and this build knows ${files.length}; load the newer build`,
    ),
  )
  expect(db.serialize()).toEqual(bytes)
})
