import type { LeaderApi } from '../replica/leader-api.ts'

type Question = {
  put(to: LeaderApi): Promise<void>
  reject(error: unknown): void
}

/**
 * What a session asks whoever leads: without a leader it waits for one, and what a leader took with it is put to the next.
 * So a question that changes something must be one that may be put twice.
 */
export function createQuestions() {
  const waiting = new Set<Question>()
  let leader: LeaderApi | undefined
  let closed: Error | undefined

  const put = async (question: Question) => {
    const asked = leader
    if (!asked) return
    try {
      await question.put(asked)
    } catch (error) {
      if (leader !== asked) return // the next leader answers
      question.reject(error)
    }
    waiting.delete(question)
  }

  return {
    ask<Answer>(question: (leader: LeaderApi) => Promise<Answer>): Promise<Answer> {
      if (closed) return Promise.reject(closed)
      const { promise, resolve, reject } = Promise.withResolvers<Answer>()
      const asked = { put: async (to: LeaderApi) => resolve(await question(to)), reject }
      waiting.add(asked)
      void put(asked)
      return promise
    },
    attach(to: LeaderApi | undefined) {
      leader = to
      for (const question of waiting) void put(question)
    },
    close(error: Error) {
      leader = undefined
      closed = error
      for (const { reject } of waiting) reject(error)
      waiting.clear()
    },
  }
}

export type Questions = ReturnType<typeof createQuestions>
