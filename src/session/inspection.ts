import type { Client } from '../event/sequence-number.ts'
import { type Answers, NotInspectable, type Question, type Told } from '../replica/inspection.ts'
import type { ConfirmedPage, LeaderApi } from '../replica/leader-api.ts'
import type { Schema } from '../schema/schema.ts'
import type { Sqlite } from '../sqlite/port.ts'
import type { SyncState } from '../sync/state.ts'
import type { RowsChanged } from '../trace.ts'
import type { Questions } from './questions.ts'

/** What devtools see of a store besides its traces. */
export type StoreInspection = {
  readonly sessionId: string
  /** What the app is made of. */
  readonly schema: Schema
  /** The order as this tab has it. */
  order(): SyncState
  /** Hears what the leader does, whichever tab it is in, and what it has when it begins to tell. Returns the way to stop. */
  watch(listener: LeaderListener): () => void
  /** Calls before each rebase of this tab, and what that returned after it; a trace tells the outcome. Returns the way to stop. */
  watchRows(look: () => () => RowsChanged): () => void
  /** Asks the leader. Rejects with `NotInspectable` where the app's build does not allow it. */
  ask<Q extends Question>(question: Q): Promise<Answers[Q['type']]>
  /** What only the app's own page has; absent where devtools look at a store of another page, or the tables are with the leader. */
  readonly page?: PageInspection
}

export type PageInspection = {
  /** The tables as this tab shows them. Devtools only read them. */
  readonly tables: Pick<Sqlite, 'all' | 'columns' | 'access' | 'serialize'>
  /** Confirmed commits after a place in the log, in their order. */
  log(after: Client, limit: number): Promise<ConfirmedPage>
}

export type LeaderListener = {
  readonly onTold: (told: readonly Told[]) => void
  readonly onWatching: (answer: Answers['watch'] & { readonly leaderId: string }) => void
  readonly onRefused: (error: Error) => void
}

type Options = {
  readonly sessionId: string
  readonly schema: Schema
  readonly order: () => SyncState
  readonly watchRows: StoreInspection['watchRows']
  readonly questions: Questions
  /** Absent in a session that keeps none. */
  readonly tables: Sqlite | undefined
}

export function createInspection({ sessionId, schema, order, watchRows, questions, tables }: Options) {
  const listeners = new Set<LeaderListener>()
  let leader: { readonly api: LeaderApi; readonly leaderId: string } | undefined

  const put = async <Q extends Question>(to: LeaderApi, question: Q): Promise<Answers[Q['type']]> => {
    const json = await to.inspect(JSON.stringify(question)).catch((error: Error) => {
      throw error.name === 'NotInspectable' ? new NotInspectable() : error
    })
    return JSON.parse(json)
  }

  const watch = async (of: Iterable<LeaderListener>) => {
    const asked = leader
    if (!asked) return
    try {
      const answer = await put(asked.api, { type: 'watch' })
      if (leader === asked) for (const { onWatching } of of) onWatching({ ...answer, leaderId: asked.leaderId })
    } catch (error) {
      if (leader === asked) for (const { onRefused } of of) onRefused(error as Error)
    }
  }

  const inspection: StoreInspection = {
    sessionId,
    schema,
    order,
    watchRows,
    watch(listener) {
      listeners.add(listener)
      void watch([listener])
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        leader?.api.inspect(JSON.stringify({ type: 'unwatch' } satisfies Question)).catch(() => undefined) // it is gone
      }
    },
    ask: (question) => questions.ask((to) => put(to, question)),
    ...(tables && {
      page: {
        tables,
        log: async (after, limit) => JSON.parse(await questions.ask((to) => to.eventsAfter(after, limit))),
      },
    }),
  }

  return {
    inspection,
    told(told: readonly Told[]) {
      for (const { onTold } of listeners) onTold(told)
    },
    attach(api: LeaderApi | undefined, leaderId = '') {
      leader = api && { api, leaderId }
      if (listeners.size > 0) void watch([...listeners])
    },
  }
}
