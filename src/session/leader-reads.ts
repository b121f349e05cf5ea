import type { Env } from '../replica/env.ts'
import type { ReadAnswer, ReadRequest } from '../replica/leader-api.ts'
import type { TraceSource } from '../trace.ts'
import type { Questions } from './questions.ts'

/** What `queryLeader` asks by. */
export type LeaderReads = {
  /** Waits for a leader. `isEnded` is asked before the request goes to one. */
  read(request: ReadRequest, isEnded: () => boolean): Promise<ReadAnswer>
  end(id: string): void
  /** Calls back once, when what was read under this id may be otherwise. Returns the way to stop. */
  watch(id: string, hear: () => void): () => void
}

type Options = { readonly ask: Questions['ask']; readonly env: Env; readonly traces: TraceSource }

export function createLeaderReads({ ask, env, traces }: Options) {
  const watching = new Map<string, () => void>()

  const tell = (ids: readonly string[]) => {
    for (const id of ids) {
      const hear = watching.get(id)
      watching.delete(id)
      hear?.()
    }
  }

  const reads: LeaderReads = {
    async read(request, isEnded) {
      const began = env.elapsed()
      const answer = await ask(async (leader) => (isEnded() ? ended : leader.read(request)))
      if (answer.type === 'rows') {
        const { sql, params } = request
        const ms = env.elapsed() - began
        traces.emit?.({
          type: 'queried',
          sql,
          params,
          rows: answer.rows.length,
          ms,
          changed: true,
          label: 'in the leader',
        })
      }
      return answer
    },
    end(id) {
      ask((leader) => leader.endReads([id])).catch(() => undefined) // the store is closed, and with it ended all
    },
    watch(id, hear) {
      watching.set(id, hear)
      return () => watching.delete(id)
    },
  }
  return {
    reads,
    invalidated: tell,
    /** There is another leader, which knows of nothing that was read: all may be otherwise. */
    attached: () => tell([...watching.keys()]),
  }
}

const ended: ReadAnswer = { type: 'refused', reason: 'ended', message: 'the read was ended before it began' }
