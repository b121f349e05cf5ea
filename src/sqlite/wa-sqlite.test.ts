import { expect, test } from 'vitest'
import { sqliteInMemory } from '../testing/contracts/sqlite.ts'
import type { Sqlite } from './port.ts'
import { loadSqlite } from './wa-sqlite.ts'

const sqlite = await loadSqlite()

for (const rule of sqliteInMemory) {
  test(rule.name, () => {
    const opened: Sqlite[] = []
    const open = () => {
      opened.push(sqlite.open())
      return opened.at(-1)!
    }
    rule.run({ open, openInMemory: open })
    for (const db of opened) db.close()
  })
}

test('SQLite is loaded once', async () => {
  expect(await loadSqlite()).toBe(sqlite)
})
