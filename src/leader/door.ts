import { serveLeader } from '../replica/leader-port.ts'
import { lockNames } from './broker-protocol.ts'
import { freed, type Locks, type Port } from './ports.ts'
import type { Term } from './term.ts'

export type Door = ReturnType<typeof openDoor>

/** The ways into one leader. Each session has one: the last that it came by. */
export function openDoor({ leaderId, connect }: Term['leader'], locks: Locks) {
  const ways = new Map<string, () => void>()

  return {
    leaderId,
    serve(sessionId: string, port: Port) {
      const api = connect()
      const end = () => {
        void api.leave()
        port.close()
        if (ways.get(sessionId) === end) ways.delete(sessionId)
      }
      ways.get(sessionId)?.()
      ways.set(sessionId, end)
      serveLeader(api, port)
      // A tab that crashed says no good-bye; its lock is free then.
      void freed(locks, lockNames.session(sessionId)).then(end)
    },
    /** Whoever asks something from now on gets no answer, and asks the next leader. */
    close() {
      for (const end of [...ways.values()]) end()
    },
  }
}
