/** Which clusters the test suite explores, and how results are printed. */
import type { Explored } from './explore.ts'
import type { Scope } from './model.ts'

const all: Scope = {
  clients: 1,
  others: true,
  sessions: 2,
  commits: 3,
  disconnects: 1,
  rejections: 1,
  handovers: 0,
  kinds: ['s', 'c', 'sc'],
}

export const defaultScopes: readonly Scope[] = [all]

export function printScope({
  clients,
  others,
  sessions,
  commits,
  kinds,
  disconnects,
  rejections,
  handovers,
}: Scope): string {
  const cluster = `${clients} clients × ${sessions} sessions${others ? ' among any others' : ''}`
  return `${cluster}, ${commits} commits of ${kinds.join(' | ')}, ${disconnects} disconnects, ${rejections} rejections, ${handovers} hand-overs`
}

export function printResult({ states, transitions, depth, seconds, quiet, clients, broken }: Explored): string {
  const figures = `  ${states} states (${quiet} quiet, ${clients} of a client), ${transitions} transitions, depth ${depth}, ${seconds.toFixed(1)} s`
  return broken ? `${figures}\n\n${broken.lines.join('\n')}\n\n  ${broken.error}` : figures
}
