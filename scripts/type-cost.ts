import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What the compiler instantiates: unlike its time, the same number on every machine. */
export type TypeCost = {
  readonly id: string
  readonly what: string
  readonly instantiations: number
  readonly budget: number
}

const root = fileURLToPath(new URL('..', import.meta.url))
const example = ['example-todo/main.tsx', 'example-todo/leader.worker.ts'].map((file) => join(root, file))

/** Budgets are some 15 % above what was measured on 2026-11-22. */
export function measureTypeCost(): TypeCost[] {
  mkdirSync(join(root, '.headwater'), { recursive: true })
  const folder = mkdtempSync(join(root, '.headwater/types-'))
  try {
    const [few, many] = [100, 200].map((events) => instantiations(folder, [writeApp(folder, events)]))
    return [
      { id: 'types.example', what: 'the example', instantiations: instantiations(folder, example), budget: 120_000 },
      {
        id: 'types.event',
        what: 'an event more in an app of 100, with its table, materializer and query',
        instantiations: (many! - few!) / 100,
        budget: 2_400,
      },
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Of these modules and all that they import, the library's sources included. */
function instantiations(folder: string, files: readonly string[]): number {
  const config = join(folder, 'tsconfig.json')
  writeFileSync(config, JSON.stringify({ extends: join(root, 'tsconfig.json'), include: [], files }))
  const args = ['-p', config, '--extendedDiagnostics', '--checkers', '1']
  const report = execFileSync('tsc', args, { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' })
  const [, count] = /^Instantiations:\s+(\d+)$/m.exec(report) ?? []
  if (!count) throw new Error(`tsc told no instantiations:\n${report}`)
  return Number(count)
}

function writeApp(folder: string, events: number): string {
  const file = join(folder, `app-${events}.ts`)
  const each = (source: (n: number) => string) => Array.from({ length: events }, (_, n) => source(n)).join('\n')
  writeFileSync(
    file,
    `import { eq } from 'drizzle-orm'
import { sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { Events, insert, makeSchema, select } from 'headwater'
import { createHooks } from 'headwater/react'
import { z } from 'zod'
const tables = {
${each((n) => `  t${n}: sqliteTable('t${n}', { id: text().primaryKey(), text: text().notNull() }),`)}
}
const events = {
${each((n) => `  e${n}: Events.synced({ name: 'v1.E${n}', schema: z.object({ id: z.string(), text: z.string() }) }),`)}
}
const schema = makeSchema({
  tables,
  events,
  materializers: {
${each((n) => `    'v1.E${n}': ({ id, text }) => insert(tables.t${n}).values({ id, text }),`)}
  },
})
const { useCommit, useQuery } = createHooks(schema)
export function useAll(id: string) {
  const commit = useCommit()
${each((n) => `  const rows${n} = useQuery(select().from(tables.t${n}).where(eq(tables.t${n}.id, id)))`)}
${each((n) => `  commit(events.e${n}({ id, text: rows${n}[0]!.text }))`)}
}
`,
  )
  return file
}
