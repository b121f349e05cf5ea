/** Appends as fast as it can, and says on stdout what was acknowledged; whoever started it kills it. */
import { writeSync } from 'node:fs'
import { storedCommit } from '../../src/backend/event-log.ts'
import { openSqliteEngine } from '../sqlite-engine.ts'

const engine = await openSqliteEngine({ file: process.argv[2]! })

async function fill(storeId: string): Promise<void> {
  const { backendId, head } = (await engine.open(storeId, { create: true }))!
  let parent = head.seq
  for (;;) {
    const commits = [0, 1, 2].map((part) =>
      storedCommit([`batch-${parent}-${part}`, 'client', 'session-1', 0, [['v1.Noted', { part }]]]),
    )
    const appended = await engine.append(storeId, { backendId, parent, commits })
    if (appended.type !== 'appended') throw new Error(`the append gave ${appended.type}`)
    parent = appended.head.seq
    writeSync(1, `${storeId} ${parent}\n`)
  }
}

await Promise.all(['one', 'two', 'three', 'four'].map(fill))
