import { expect, test } from 'vitest'
import type { OpenedStore } from '../src/backend/event-log.ts'
import { aCommit } from '../src/testing/contracts/event-log.ts'
import { openSqliteLog, type Write } from './sqlite-log.ts'

function openWithStore() {
  const log = openSqliteLog(':memory:')
  const [store] = log.write([{ type: 'create', storeId: 'todos' }]) as [OpenedStore]
  const append = (parent: number, ...commits: ReturnType<typeof aCommit>[]): Write => ({
    type: 'append',
    storeId: 'todos',
    append: { backendId: store.backendId, parent, commits },
  })
  return { log, append }
}

test('writes of one group see each other, and each has its own outcome', () => {
  const { log, append } = openWithStore()
  const written = log.write([
    append(0, aCommit('first')),
    append(0, aCommit('late')),
    append(1, aCommit('second'), aCommit('first')),
    { type: 'create', storeId: 'notes' },
    append(1, aCommit('third', 2)),
  ])
  expect(written).toMatchObject([
    { type: 'appended', head: { seq: 1 } },
    { type: 'ahead', head: { seq: 1 } },
    { type: 'commit_conflict', commitId: 'first___' },
    { head: { seq: 0 } },
    { type: 'appended', head: { seq: 3 } },
  ])
})

test('a group that fails stores nothing, and the next one does', () => {
  const { log, append } = openWithStore()
  const broken = { ...aCommit('broken'), text: undefined as unknown as string }
  expect(() => log.write([append(0, aCommit('first')), append(1, broken)])).toThrow()
  expect(log.read('todos', { after: 0, maxEvents: 10, maxBytes: 1_000 })).toEqual({
    commits: [],
    head: { seq: 0, commitId: null },
  })
  expect(log.write([append(0, aCommit('first'))])).toMatchObject([{ type: 'appended' }])
})
