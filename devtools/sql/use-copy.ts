import { useEffect, useRef, useState } from 'react'
import type { Client } from '../../src/event/sequence-number.ts'
import type { SyncState } from '../../src/sync/state.ts'
import type { Explorer } from '../fork/explorer.ts'
import type { Fork } from '../fork/sqlite.ts'

export type Copy = {
  readonly head: Client
  /** Milliseconds since 1970. */
  readonly at: number
  /** It may have been written to, and stays as it is. */
  readonly isOwn: boolean
}

/** A copy of the tables as this tab has them: a new one where they have changed, unless it was let be written to. */
export function useCopy({ page, store, sqlite }: Explorer) {
  const [copy, setCopy] = useState<Copy>()
  const held = useRef<{ readonly db: Fork; readonly order: SyncState; readonly isOwn: boolean }>(undefined)

  const drop = () => {
    held.current?.db.close()
    held.current = undefined
    setCopy(undefined)
  }

  const make = async (isOwn: boolean) => {
    const db = (await sqlite()).open()
    const order = store.inspect.order()
    db.deserialize(page.tables.serialize())
    drop()
    held.current = { db, order, isOwn }
    setCopy({ head: order.head, at: Date.now(), isOwn })
    return db
  }

  const take = async (mayWrite: boolean): Promise<Fork> => {
    const { current } = held
    const isNew = !current || (!current.isOwn && current.order !== store.inspect.order()) || current.isOwn !== mayWrite
    const db = isNew ? await make(mayWrite) : current.db
    db.run(`PRAGMA query_only = ${mayWrite ? 'OFF' : 'ON'}`)
    return db
  }

  useEffect(() => () => held.current?.db.close(), [])

  return { copy, take, drop }
}
