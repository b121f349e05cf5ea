import { expect, test } from 'vitest'
import { startSqlite } from '../sqlite/wa-sqlite.ts'
import { openEventLog } from './event-log.ts'
import { copyLog } from './imported-log.ts'

test('a long log is copied whole, and who waits for it hears again and again that it goes on', async () => {
  const { open } = await startSqlite()
  const file = open(':memory:')
  openEventLog(file, () => ({ clientId: 'aaaaaa', epoch: 'first' }), 'store')
  const numbers = 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)'
  file.run(`${numbers}
    INSERT INTO commits (position, commit_id, client_id, session_id, at, birth, global, client)
    SELECT 3 * i, 'c' || i, 'aaaaaa', 's', 1, 0, i, 0 FROM n`)
  file.run(
    `${numbers} INSERT INTO events SELECT 3 * i, nth, 'Beat', '{}', NULL, 1 FROM n, (SELECT 0 AS nth UNION ALL SELECT 1)`,
  )
  file.run(`${numbers} INSERT INTO outcomes (commit_id, outcome, reason) SELECT 'x' || i, 'dropped', '' FROM n`)

  const log = open(':memory:')
  let heard = 0
  const onBusy = () => {
    heard += 1
  }
  copyLog(file, log, { clientId: 'bbbbbb', epoch: 'second' }, 'store', onBusy)
  for (const table of ['commits', 'events', 'outcomes']) {
    expect(log.all(`SELECT * FROM ${table}`)).toEqual(file.all(`SELECT * FROM ${table}`))
  }
  expect(heard).toBe(2 + 5 + 2)
})
