import { test } from 'vitest'
import { queries, written } from '../testing/all-reads-and-writes.ts'
import { holdAgainstRunningAll } from '../testing/running-all.ts'

test('whatever is written, undone and replayed, a live query gives what running it gives', () => {
  holdAgainstRunningAll({ ...written, queries, numRuns: 300 })
})
