import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { namesFile, sqliteNames } from './sqlite-names.ts'

test('the names of what the SQLite binary imports and exports are those of the installed package', () => {
  expect(readFileSync(namesFile, 'utf8')).toBe(sqliteNames())
})
