/** Which clusters the test suite explores, and how results are printed. */
import type { Explored } from './explore.ts'
import type { Scope } from './model.ts'

const all: Scope = {
  clients: 1,
  otherClients: true,
  sessions: 1,
  otherSessions: true,
  commits: 3,
  disconnects: 1,
  rejections: 1,
  handovers: 0,
  kinds: ['s', 'c', 'sc'],
}

export const defaultScopes: readonly Scope[] = [all]

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
