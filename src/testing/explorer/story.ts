/** The way to a broken rule, told with the names that people use. */
import type { Commit } from '../../event/commit.ts'
import { printOrder } from '../../sync/testing.ts'
import type { Clients } from './clients.ts'
import type { Logs } from './logs.ts'
import { type Client, firstClient, foreignCommit, type Scope, type Step } from './model.ts'

export type Story = { readonly lines: readonly string[]; readonly steps: number; readonly error: unknown }

type Options = {
  readonly scope: Scope
  readonly clients: Clients
  readonly logs: Logs
  /** The states on the way, as the explorer has them: of clusters that are alike, one stands for all. */
  readonly rows: readonly Int32Array[]
  readonly canonical: (row: Int32Array) => Int32Array
  /** The step after the last state that broke the rule; absent where the last state itself does. */
  readonly step: Step | undefined
  readonly error: unknown
}

type Cluster = { readonly log: number; readonly clients: readonly Client[] }

export function tellStory({ scope, clients, logs, rows, canonical, step, error }: Options): Story {
  let cluster: Cluster = {
    log: logs.empty,
    clients: Array.from({ length: scope.clients }, () => firstClient(scope.sessions)),
  }
  const lines: string[] = []
  let before = printed(logs, cluster)
  const tell = (who: number, what: string) =>
    lines.push(`${String(lines.length + 1).padStart(3)}. ${letter(who)}: ${what}`)

  for (const row of rows.slice(1)) {
    const taken = nextCluster(cluster, { clients, logs, canonical }, row)
    cluster = taken.cluster
    const after = printed(logs, cluster)
    const changed = [...after].filter(([name, order]) => before.get(name) !== order)
    before = after
    tell(taken.who, `${taken.what}${changed.map(([name, order]) => `\n       ${name}: ${order}`).join('')}`)
  }
  if (step) {
    // Any client that can take it: the state was reached because one did.
    const who = cluster.clients.findIndex((client, at) =>
      clients.steps(client, logs.view(logs.viewOf(cluster.log, at))).some(({ what }) => what === step.what),
    )
    tell(who, step.what)
  }
  return { lines, steps: lines.length, error }
}

/** Takes the step that leads to `row`, or to a cluster that is alike. */
function nextCluster(
  { log, clients: of }: Cluster,
  { clients, logs, canonical }: Pick<Options, 'clients' | 'logs' | 'canonical'>,
  row: Int32Array,
) {
  for (const [who, client] of of.entries()) {
    for (const { what, take, stores = [] } of clients.steps(client, logs.view(logs.viewOf(log, who)))) {
      const next = { log: logs.append(log, who, stores), clients: of.with(who, take()) }
      const found = canonical(Int32Array.of(next.log, ...next.clients.map(clients.intern)))
      if (found.every((value, at) => value === row[at])) return { who, what, cluster: next }
    }
  }
  for (const size of [1, 2, 3]) {
    const next = { log: logs.append(log, of.length, [size]), clients: of }
    const found = canonical(Int32Array.of(next.log, ...of.map(clients.intern)))
    if (found.every((value, at) => value === row[at]))
      return { who: of.length, what: 'its commit is stored', cluster: next }
  }
  throw new Error('no step leads to the next state')
}

const letter = (client: number) => String.fromCharCode(65 + client)

/** Each tier's order, as `e1 → A:e2'`. */
function printed(logs: Logs, { log, clients }: Cluster): Map<string, string> {
  const entries = logs.get(log)
  const name = (client: number) => (one: Commit) => {
    const owner = one.commitId.startsWith('@') ? entries[Number(one.commitId.slice(1))]!.owner : client
    return { ...one, commitId: `${letter(owner)}:${one.commitId}` }
  }
  const lines = new Map<string, string>()
  clients.forEach(({ leader, sessions }, at) => {
    const named = (commits: readonly Commit[]) => commits.map(name(at))
    const order = ({ accepted, pending }: { accepted: readonly Commit[]; pending: readonly Commit[] }, count: number) =>
      printOrder(named(leader.log.slice(0, count)), { accepted: named(accepted), pending: named(pending) })
    lines.set(`Leader ${letter(at)}`, order(leader.sync, leader.log.length))
    sessions.forEach(({ sync, confirmed }, nth) => {
      lines.set(`Session ${letter(at)}${nth}`, order(sync, confirmed))
    })
  })
  const stored = entries.map(({ owner, size }, index) => ({
    ...foreignCommit(index, size),
    commitId: `${letter(owner)}:${index}`,
  }))
  lines.set('Backend', printOrder(stored, { accepted: [], pending: [] }))
  return lines
}
