/** `headwater check`: for a build server, before a release. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { compareDescriptions } from './compare.ts'
import {
  BadDescription,
  type Description,
  describeSchema,
  parseDescription,
  printDescription,
  withHistory,
} from './description.ts'
import { loadSchema, NoSchema } from './load.ts'
import { report } from './report.ts'

export type CheckOptions = {
  /** The file that exports the schema. */
  readonly schema: string
  /** Compare with what this file says. */
  readonly against?: string | undefined
  /** Record the schema in this file, if it is compatible with what the file says already. */
  readonly write?: string | undefined
  readonly strict: boolean
  /** The app's folder: Vite's config is looked for there. */
  readonly root: string
}

export type Checked = {
  /** 0: compatible; 1: not; 2: it could not be found out, since a file is missing or wrong. */
  readonly exitCode: 0 | 1 | 2
  readonly output: string
}

export async function check({ schema: file, against, write, strict, root }: CheckOptions): Promise<Checked> {
  try {
    const now = describeSchema(await loadSchema(file, root))
    const events = Object.keys(now.events).length
    const before = readBefore(root, against, write)
    const { ok, text } = report(compareDescriptions(before ?? now, now), events, strict)
    if (!ok || write === undefined) return { exitCode: ok ? 0 : 1, output: text }
    writeFileSync(resolve(root, write), printDescription(before ? withHistory(now, before) : now))
    return { exitCode: 0, output: `${text}Recorded in ${write}.\n` }
  } catch (error) {
    if (!(error instanceof NoSchema) && !(error instanceof BadDescription)) throw error
    return { exitCode: 2, output: `headwater: ${error.message}\n` }
  }
}

/** A file to compare with must be there; one to write may be new. */
function readBefore(root: string, against: string | undefined, write: string | undefined): Description | undefined {
  const file = against ?? write
  if (file === undefined) return undefined
  const path = resolve(root, file)
  if (!existsSync(path)) {
    if (against === undefined) return undefined
    throw new BadDescription(`there is no ${file}; headwater check --write ${file} makes it`)
  }
  try {
    return parseDescription(readFileSync(path, 'utf8'))
  } catch (error) {
    if (!(error instanceof BadDescription)) throw error
    throw new BadDescription(`${file} cannot be compared with: ${error.message}`, { cause: error })
  }
}
