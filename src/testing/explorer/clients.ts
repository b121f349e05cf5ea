/** The states of clients that occur, as numbers, and what may happen in each. Each is computed once, however many clusters have it. */
import type { Core } from './core.ts'
import { stepsInside } from './inside.ts'
import { keyOf, permutations } from './key.ts'
import { feedOf, stepsOutside, type View } from './link.ts'
import type { Budget, Client, Scope, Step } from './model.ts'
import { checkAgainstBackend, checkChange, checkClient, checkQuiet, isQuiet } from './rules.ts'

/** A step by the number of the client's state after it. */
export type Move = { readonly to: number; readonly uses: Budget | undefined; readonly stores: readonly number[] }

/** What a client has used up. */
export type Used = Readonly<Record<Budget, number>>

/** A step broke a rule, or threw. */
export class Failed extends Error {
  override name = 'Failed'
  readonly step: Step

  constructor(step: Step, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.step = step
  }
}

const nothing: readonly number[] = []

export function createClients(core: Core, scope: Scope) {
  const orders = permutations(scope.sessions)
  const byKey = new Map<string, number>()
  const clients: Client[] = []
  const used: Used[] = []
  const inside: Move[][] = []
  const commits: Move[][] = []
  const outside: Move[][][] = []
  const quiet: boolean[][] = []

  const intern = (client: Client): number => {
    const key = keyOf(client, orders)
    const known = byKey.get(key)
    if (known !== undefined) return known
    checkClient(client)
    byKey.set(key, clients.length)
    used.push(usedBy(client))
    return clients.push(client) - 1
  }

  const moveBy = (before: Client, step: Step): Move => {
    try {
      const after = step.take()
      checkChange(before, after)
      return { to: intern(after), uses: step.uses, stores: step.stores ?? nothing }
    } catch (error) {
      throw new Failed(step, error)
    }
  }

  const movesOf = (id: number, steps: (client: Client) => Step[]) =>
    steps(clients[id]!).map((step) => moveBy(clients[id]!, step))

  const ofInside = (isCommit: boolean) => (client: Client) =>
    stepsInside(core, scope, client).filter(({ uses }) => (uses === 'commits') === isCommit)

  const look = (id: number, view: View) => {
    const client = clients[id]!
    const feed = feedOf(client, view)
    checkAgainstBackend(client, feed)
    return isQuiet(client, feed)
  }

  return {
    intern,
    get: (id: number) => clients[id]!,
    used: (id: number) => used[id]!,
    get count() {
      return clients.length
    },
    commits(id: number): readonly Move[] {
      commits[id] ??= movesOf(id, ofInside(true))
      return commits[id]
    },
    inside(id: number): readonly Move[] {
      inside[id] ??= movesOf(id, ofInside(false))
      return inside[id]
    },
    outside(id: number, viewId: number, view: View): readonly Move[] {
      outside[id] ??= []
      outside[id][viewId] ??= movesOf(id, (client) => stepsOutside(core, scope, client, feedOf(client, view)))
      return outside[id][viewId]
    },
    /** Whether nothing is on its way there. Throws where it and the log disagree. */
    isQuiet(id: number, viewId: number, view: View): boolean {
      quiet[id] ??= []
      quiet[id][viewId] ??= look(id, view)
      return quiet[id][viewId]
    },
    checkQuiet: (id: number) => checkQuiet(clients[id]!),
    /** All that may happen to a client, as steps. */
    steps: (client: Client, view: View): Step[] => [
      ...stepsInside(core, scope, client),
      ...stepsOutside(core, scope, client, feedOf(client, view)),
    ],
  }
}

export type Clients = ReturnType<typeof createClients>

function usedBy({ sessions, madeElsewhere, disconnects, handovers, rejected }: Client): Used {
  return {
    commits: sessions.reduce((count, { made }) => count + made, madeElsewhere),
    disconnects,
    handovers,
    rejections: rejected.length,
  }
}
