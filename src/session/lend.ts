import type { Joined, LeaderApi } from '../replica/leader-api.ts'

const later = () => new Promise<never>(() => undefined)

/**
 * Stands in for a leader that does not answer: another tab boots with the state of this one. It takes nothing and acknowledges
 * nothing; what else it is asked, the next leader answers.
 */
export function createLender(state: () => Joined | undefined): LeaderApi {
  return {
    join: async () => state() ?? later(),
    push: async () => undefined,
    setOnline: async () => undefined,
    parked: later,
    discard: later,
    rescue: later,
    reset: later,
    readArchive: later,
    deleteArchive: later,
    read: later,
    endReads: async () => undefined,
    eventsAfter: later,
    exportLog: later,
    importLog: later,
    inspect: later,
    leave: async () => undefined,
  }
}
