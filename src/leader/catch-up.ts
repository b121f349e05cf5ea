import type { Progress } from '../replica/leader-api.ts'
import type { Sessions } from './sessions.ts'

/** A client that is further behind than this, in events, tells its sessions how it gets on, and the outcome at once. */
const far = 1_000

/** Spares sessions a long way: while the backend has much to send they hear how far it is, then take the state whole. */
export function createCatchUp(sessions: Sessions, tell: (progress: Progress | undefined) => void) {
  /** Where it began. */
  let from: number | undefined

  const end = () => {
    if (from === undefined) return
    from = undefined
    sessions.endQuiet()
    tell(undefined)
  }

  return {
    /** Events up to `seq` came, and are about to be followed. */
    pulling(seq: number, backendHead: number) {
      if (from !== undefined || backendHead - seq <= far) return
      from = seq
      sessions.beQuiet()
    },
    pulled(seq: number, backendHead: number) {
      if (from === undefined) return
      if (seq >= backendHead) end()
      else tell({ name: 'sync', done: seq, total: backendHead })
    },
    end,
  }
}
