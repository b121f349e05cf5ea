import { useEffect, useState } from 'react'
import type { Receipt } from '../index.ts'

/** What became of a commit so far. */
export type ReceiptState =
  /** Nothing was committed yet. */
  | { readonly name: 'none' }
  | { readonly name: 'pending' }
  /** The log of this client has it. */
  | { readonly name: 'persisted' }
  /** The backend has given it its place. */
  | { readonly name: 'confirmed' }
  /** It ended otherwise, and is not shown any more: the error says why. */
  | { readonly name: 'failed'; readonly error: unknown }

/** How far a commit is: of the receipt that `commit` gave, kept in a state. */
export function useReceipt(receipt: Receipt | undefined): ReceiptState {
  const [heard, setHeard] = useState<{ readonly of: Receipt; readonly state: ReceiptState }>()
  useEffect(() => {
    if (!receipt) return
    let isWanted = true
    const hear = (state: ReceiptState) => {
      if (isWanted) setHeard({ of: receipt, state })
    }
    const failed = (error: unknown) => hear({ name: 'failed', error })
    receipt.persisted.then(() => hear({ name: 'persisted' }), failed)
    receipt.confirmed.then(() => hear({ name: 'confirmed' }), failed)
    return () => {
      isWanted = false
    }
  }, [receipt])
  if (!receipt) return none
  return heard?.of === receipt ? heard.state : pending
}

const none: ReceiptState = { name: 'none' }
const pending: ReceiptState = { name: 'pending' }
