import type { LeaderApi, ParkedCommit } from '../replica/leader-api.ts'
import type { DecodedCommit } from '../schema/decoded-commit.ts'
import type { AnyEventDef } from '../schema/events.ts'

/** A commit of this client that is out of the order, and kept: the backend rejected it, or it did not apply. */
export type Parked<Events extends { readonly [key: string]: AnyEventDef }> = DecodedCommit<Events> &
  Pick<ParkedCommit, 'outcome' | 'reason'>

/** The question for what is parked: one that a leader took with it is put to the next. */
export function createParkedQuestions() {
  const waiting = new Set<PromiseWithResolvers<readonly ParkedCommit[]>>()
  let leader: LeaderApi | undefined

  const put = async (question: PromiseWithResolvers<readonly ParkedCommit[]>) => {
    const asked = leader
    if (!asked) return
    try {
      question.resolve(await asked.parked())
    } catch (error) {
      if (leader !== asked) return // the next leader answers
      question.reject(error)
    }
    waiting.delete(question)
  }

  return {
    ask(): Promise<readonly ParkedCommit[]> {
      const question = Promise.withResolvers<readonly ParkedCommit[]>()
      waiting.add(question)
      void put(question)
      return question.promise
    },
    attach(to: LeaderApi | undefined) {
      leader = to
      for (const question of waiting) void put(question)
    },
    close(error: Error) {
      leader = undefined
      for (const { reject } of waiting) reject(error)
      waiting.clear()
    },
  }
}
