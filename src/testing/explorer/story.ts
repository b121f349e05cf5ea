/** The way to a broken rule, told with the names that people use. */
import type { Commit } from '../../event/commit.ts'
import { printOrder } from '../../sync/testing.ts'
import type { Clients } from './clients.ts'
import type { Logs } from './logs.ts'
import { type Client, foreignCommit, type LeaderState, type Scope } from './model.ts'
import { Failed } from './moves.ts'
import type { Row } from './steps.ts'

export type Story = { readonly lines: readonly string[]; readonly steps: number; readonly error: unknown }

type Options = {
  readonly scope: Scope
  readonly clients: Clients
  readonly logs: Logs
  /** The states on the way, as the explorer has them: of clusters that are alike, one stands for all. */
  readonly rows: readonly Int32Array[]
  readonly canonical: (row: Int32Array) => Int32Array
  /** What happened after the last state and broke the rule; absent where the last state itself does. */
  readonly what: string | undefined
  readonly error: unknown
}

/** Of each client its row, so that its sessions keep their names. */
type Cluster = { readonly log: number; readonly clients: readonly Row[] }

export function tellStory({ scope, clients, logs, rows, canonical, what, error }: Options): Story {
  let cluster: Cluster = {
    log: logs.empty,
    clients: Array.from({ length: scope.clients }, () => clients.first),
  }
  const lines: string[] = []
  const named = ({ log, clients: of }: Cluster) => ({ log, clients: of.map(clients.get) })
  let before = printed(logs, named(cluster))
  const tell = (who: number, what: string) =>
    lines.push(`${String(lines.length + 1).padStart(3)}. ${letter(who)}: ${what}`)

  for (const row of rows.slice(1)) {
    const taken = nextCluster(cluster, { clients, logs, canonical }, row)
    cluster = taken.cluster
    const after = printed(logs, named(cluster))
    const changed = [...after].filter(([name, order]) => before.get(name) !== order)
    before = after
    tell(taken.who, `${taken.what}${changed.map(([name, order]) => `\n       ${name}: ${order}`).join('')}`)
  }
  if (what !== undefined) tell(whoFails(cluster, { clients, logs }), what)
  return { lines, steps: lines.length, error }
}

type World = Pick<Options, 'clients' | 'logs' | 'canonical'>

/** Takes the step that leads to `row`, or to a cluster that is alike. */
function nextCluster({ log, clients: of }: Cluster, { clients, logs, canonical }: World, row: Int32Array) {
  const isIt = (next: Cluster) => {
    const found = canonical(Int32Array.of(next.log, ...next.clients.map(clients.intern)))
    return found.every((value, at) => value === row[at])
  }
  let found: { who: number; what: string; cluster: Cluster } | undefined
  for (const [who, client] of of.entries()) {
    clients.steps(client, logs.viewOf(log, who), (what, after, _, stores) => {
      const cluster = { log: logs.append(log, who, stores), clients: of.with(who, after.slice()) }
      if (!found && isIt(cluster)) found = { who, what, cluster }
    })
    if (found) return found
  }
  for (const size of [1, 2, 3]) {
    const cluster = { log: logs.append(log, of.length, [size]), clients: of }
    if (isIt(cluster)) return { who: of.length, what: 'its commit is stored', cluster }
  }
  throw new Error('no step leads to the next state')
}

/** The first client of which a step fails: the state was reached because one did. */
function whoFails({ log, clients: of }: Cluster, { clients, logs }: Pick<World, 'clients' | 'logs'>): number {
  return of.findIndex((client, who) => {
    try {
      clients.steps(client, logs.viewOf(log, who), (_, after) => clients.intern(after))
      return false
    } catch (error) {
      if (error instanceof Failed) return true
      throw error
    }
  })
}

const letter = (client: number) => String.fromCharCode(65 + client)

/** Each tier's order, as `e1 → A:e2'`. */
function printed(
  logs: Logs,
  { log, clients }: { readonly log: number; readonly clients: readonly Client[] },
): Map<string, string> {
  const entries = logs.get(log)
  const name = (client: number) => (one: Commit) => {
    const owner = one.commitId.startsWith('@') ? entries[Number(one.commitId.slice(1))]!.owner : client
    return { ...one, commitId: `${letter(owner)}:${one.commitId}` }
  }
  const lines = new Map<string, string>()
  clients.forEach(({ shared: { leader }, sessions }, at) => {
    const named = (commits: readonly Commit[]) => commits.map(name(at))
    const order = ({ log, sync: { accepted, pending } }: Pick<LeaderState, 'log' | 'sync'>) =>
      printOrder(named(log), { accepted: named(accepted), pending: named(pending) })
    lines.set(`Leader ${letter(at)}`, order(leader))
    sessions.forEach((session, nth) => {
      lines.set(`Session ${letter(at)}${nth}`, order(session))
    })
  })
  const stored = entries.map(({ owner, size }, index) => ({
    ...foreignCommit(index, size),
    commitId: `${letter(owner)}:${index}`,
  }))
  lines.set('Backend', printOrder(stored, { accepted: [], pending: [] }))
  return lines
}
