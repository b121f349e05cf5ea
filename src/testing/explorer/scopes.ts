/** Which clusters the test suite explores, and how results are printed. */
import type { Explored } from './explore.ts'
import type { Scope } from './model.ts'

const cluster: Scope = {
  clients: 2,
  otherClients: false,
  sessions: 2,
  otherSessions: false,
  commits: 3,
  disconnects: 1,
  rejections: 1,
  handovers: 0,
  kinds: ['s', 'c', 'sc'],
}

/**
 * A cluster of which one session is looked at, and of the others only what they do to it. Its client and the others meet in the
 * backend's log, its session and the others in their leader, so every state of a session, a leader and a connection in a cluster
 * of any size is here, if it has as many commits. Nothing in `rules.ts` is about more than that.
 */
const among: Scope = { ...cluster, clients: 1, otherClients: true, sessions: 1, otherSessions: true }

/** The longest first. Whole clusters are there to see that looking at one session hides nothing. */
export const defaultScopes: readonly Scope[] = [
  among,
  { ...among, commits: 2, handovers: 1, kinds: ['s', 'sc'] },
  { ...cluster, clients: 3, sessions: 1, disconnects: 0, rejections: 0 },
  { ...cluster, commits: 2 },
  { ...cluster, kinds: ['s'], disconnects: 0, rejections: 0 },
]

export function printScope(scope: Scope): string {
  const { clients, otherClients, sessions, otherSessions, commits, kinds } = scope
  const cluster = [
    `${clients} clients${otherClients ? ' among any others' : ''}`,
    `${sessions} sessions${otherSessions ? ' among any others' : ''}`,
  ].join(' × ')
  const faults = `${scope.disconnects} disconnects, ${scope.rejections} rejections, ${scope.handovers} hand-overs`
  return `${cluster}, ${commits} commits of ${kinds.join(' | ')}, ${faults}`
}

export function printResult({ states, transitions, depth, seconds, quiet, clients, broken }: Explored): string {
  const figures = `  ${states} states (${quiet} quiet, ${clients} of a client), ${transitions} transitions, depth ${depth}, ${seconds.toFixed(1)} s`
  return broken ? `${figures}\n\n${broken.lines.join('\n')}\n\n  ${broken.error}` : figures
}
