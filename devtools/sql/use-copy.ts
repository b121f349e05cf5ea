import { useEffect, useRef, useState } from 'react'
import type { Client } from '../../src/event/sequence-number.ts'
import type { Copies } from '../fork/copies.ts'
import type { Fork } from '../fork/sqlite.ts'

export type Copy = {
  readonly head: Client
  /** Milliseconds since 1970. */
  readonly at: number
  /** It may have been written to, and stays as it is. */
  readonly isOwn: boolean
}

/** A copy of the tables as the tab has them: a new one where they have changed, unless it was let be written to. */
export function useCopy(copies: Copies) {
  const [copy, setCopy] = useState<Copy>()
  const held = useRef<{ readonly db: Fork; readonly version: unknown; readonly isOwn: boolean }>(undefined)

  const drop = () => {
    held.current?.db.close()
    held.current = undefined
    setCopy(undefined)
  }

  const make = async (isOwn: boolean) => {
    const { open } = await copies.sqlite()
    const version = copies.version()
    const { bytes, head } = await copies.take()
    const db = open()
    db.deserialize(bytes)
    drop()
    held.current = { db, version, isOwn }
    setCopy({ head, at: Date.now(), isOwn })
    return db
  }

  const take = async (mayWrite: boolean): Promise<Fork> => {
    const { current } = held
    const isNew = !current || (!current.isOwn && current.version !== copies.version()) || current.isOwn !== mayWrite
    const db = isNew ? await make(mayWrite) : current.db
    db.run(`PRAGMA query_only = ${mayWrite ? 'OFF' : 'ON'}`)
    return db
  }

  useEffect(() => () => held.current?.db.close(), [])

  return { copy, take, drop }
}
