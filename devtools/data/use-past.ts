import { useEffect } from 'react'
import { useStore } from 'zustand'
import type { Explorer } from '../fork/explorer.ts'
import type { PastState } from '../fork/past.ts'

/** Milliseconds between two looks at what is new in the log. */
const lookEvery = 500

/** How far the log was replayed. While `isWanted`, it is read, and read on as the store goes on. */
export function usePast({ past, store }: Explorer, isWanted: boolean): PastState {
  const state = useStore(past.state)
  useEffect(() => {
    if (!isWanted) return
    if (past.state.getState().phase === 'unread') void past.read()
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = () => {
      timer = undefined
      if (past.state.getState().phase === 'read') void past.read()
    }
    const stop = store.trace((trace) => {
      if ('tier' in trace && trace.tier === 'session') timer ??= setTimeout(look, lookEvery)
    })
    look()
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [past, store, isWanted])
  return state
}
