import { expect, test } from 'vitest'
import { root } from '../event/sequence-number.ts'
import { commitOf, events } from '../replica/testing.ts'
import { createReceipts } from './receipts.ts'

const replaced = { commitId: 'a', outcome: 'replaced', replacement: 'r', reason: 'conflict' } as const
const create = () => {
  const receipts = createReceipts()
  return { receipts, receipt: receipts.create(commitOf('a', events.removed({ id: 'a' })), root, 10) }
}

test('R4 a receipt follows the replacement, and the one after it', async () => {
  const { receipts, receipt } = create()
  receipts.settled(replaced)
  receipts.persisted('r')
  await receipt.persisted
  receipts.settled({ ...replaced, commitId: 'r', replacement: 's' })
  receipts.confirmed('s')
  await receipt.confirmed
  expect(receipts.backlog).toEqual({ events: 0, bytes: 0 })
})

test('R3 R4 a receipt ends as its replacement does', async () => {
  const { receipts, receipt } = create()
  receipts.settled(replaced)
  receipts.settled({ commitId: 'r', outcome: 'dropped', reason: 'no use' })
  await expect(receipt.confirmed).rejects.toMatchObject({ commitId: 'r', outcome: 'dropped', reason: 'no use' })
  await expect(receipt.persisted).rejects.toMatchObject({ outcome: 'dropped' })
  expect(receipts.backlog).toEqual({ events: 0, bytes: 0 })
})
