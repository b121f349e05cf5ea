import { accessRules } from './sqlite/access.ts'
import { bytesInMemoryRules, bytesOnDiskRules, bytesRules } from './sqlite/bytes.ts'
import { readRules } from './sqlite/reads.ts'
import { rowRules } from './sqlite/rows.ts'
import type { SqliteRule } from './sqlite/rule.ts'
import { schemaRules } from './sqlite/schema.ts'
import { statementRules } from './sqlite/statements.ts'
import { valueRules } from './sqlite/values.ts'

export type { SqliteRule, SqliteUnderTest } from './sqlite/rule.ts'

/** What every `Sqlite` keeps to. The rules use no test runner, so that they also run in a bare worker. */
const rules: readonly SqliteRule[] = [
  ...valueRules,
  ...statementRules,
  ...schemaRules,
  ...accessRules,
  ...rowRules,
  ...readRules,
  ...bytesRules,
]

export const sqliteInMemory: readonly SqliteRule[] = [...rules, ...bytesInMemoryRules]
export const sqliteOnDisk: readonly SqliteRule[] = [...rules, ...bytesOnDiskRules]
