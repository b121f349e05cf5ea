import { expect, test } from 'vitest'
import { root } from '../event/sequence-number.ts'
import { commitOf, events } from '../replica/testing.ts'
import type { Settled } from '../sync/merge.ts'
import { createReceipts } from './receipts.ts'

const replaced = { commitId: 'a', outcome: 'replaced', replacement: 'r', reason: 'conflict' } as const
const create = () => {
  const receipts = createReceipts()
  const settled = (...ends: readonly Settled[]) => receipts.joined({ settled: ends, confirmedIds: [], accepted: [] })
  return { receipts, settled, receipt: receipts.create(commitOf('a', events.removed({ id: 'a' })), root, 10) }
}

test('R4 a receipt follows the replacement, and the one after it', async () => {
  const { receipts, settled, receipt } = create()
  settled(replaced)
  receipts.joined({ settled: [], confirmedIds: [], accepted: [commitOf('r')] })
  await receipt.persisted
  settled({ ...replaced, commitId: 'r', replacement: 's' })
  receipts.confirmed('s')
  await receipt.confirmed
  expect(receipts.backlog).toEqual({ events: 0, bytes: 0 })
})

test('R3 R4 a receipt ends as its replacement does', async () => {
  const { receipts, settled, receipt } = create()
  settled(replaced)
  settled({ commitId: 'r', outcome: 'dropped', reason: 'no use' })
  await expect(receipt.confirmed).rejects.toMatchObject({ commitId: 'r', outcome: 'dropped', reason: 'no use' })
  await expect(receipt.persisted).rejects.toMatchObject({ outcome: 'dropped' })
  expect(receipts.backlog).toEqual({ events: 0, bytes: 0 })
})
