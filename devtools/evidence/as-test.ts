/** What was committed, as a test for the test kit. Pure. */
import type { Commit } from '../../src/event/commit.ts'
import { decodeArgs } from '../../src/event/encode.ts'
import type { LoggedCommit } from '../../src/replica/inspection.ts'
import { literal } from '../tab/literal.ts'

type Given = { readonly log: readonly LoggedCommit[]; readonly before: number; readonly at: number }

const most = 200

/** The commits by their clients in the order of the log; those that were rebased were made while others were first. */
export function asTest({ log, before, at }: Given): string {
  const commits = log.slice(-most).map(({ commit }) => commit)
  const left = before + log.length - commits.length
  const clients = [...new Set(commits.map(({ clientId }) => clientId))]
  const names = clients.map((_, nth) => nameOf(nth))
  const lines = blocksOf(commits).flatMap((block) => linesOf(block, clients))
  return `import { createTestCluster } from 'headwater/testing'
import { test } from 'vitest'
import { schema } from './schema.ts'

test('what was recorded at ${new Date(at).toISOString()} converges', async () => {
  await using cluster = await createTestCluster({ schema, clients: ${Math.max(1, clients.length)} })
  const [${names.join(', ')}] = cluster.clients.map(({ tabs }) => tabs[0]!.store)
${clients.map((clientId, nth) => `  // ${nameOf(nth)} is client ${clientId}\n`).join('')}${left > 0 ? `  // ${left} earlier commits are left out; commit here what those below need.\n` : ''}
${lines.map((line) => `  ${line}\n`).join('')}  await cluster.expectConverged()
})
`
}

const nameOf = (nth: number) => (nth < 26 ? String.fromCharCode(97 + nth) : `client${nth}`)

type Block = { readonly first: readonly Commit[]; readonly rebased: readonly Commit[] }

/** Commits of others, and behind them those that a client had made before it knew of them. */
function blocksOf(commits: readonly Commit[]): Block[] {
  const blocks: { first: Commit[]; rebased: Commit[] }[] = []
  for (const commit of commits) {
    const last = blocks.at(-1)
    const isRebased = commit.generation > 0
    const goesOn = last?.rebased[0] === undefined || last.rebased[0].clientId === commit.clientId
    if (isRebased && last && goesOn && last.first.some(({ clientId }) => clientId !== commit.clientId)) {
      last.rebased.push(commit)
    } else blocks.push({ first: [commit], rebased: [] })
  }
  return blocks
}

function linesOf({ first, rebased }: Block, clients: readonly string[]): string[] {
  const commit = ({ clientId, events }: Commit) => {
    const inputs = events.map(({ name, args, kinds }) => ({ name, args: decodeArgs(args, kinds) }))
    return `${nameOf(clients.indexOf(clientId))}!.commit(${inputs.map((input) => literal(input, '  ')).join(', ')})`
  }
  const [late] = rebased
  if (!late) return [...first.map(commit), 'await cluster.settle()']
  const client = `cluster.clients[${clients.indexOf(late.clientId)}]!`
  return [
    `${client}.offline()`,
    ...rebased.map(commit),
    ...first.map(commit),
    'await cluster.settle()',
    `${client}.online()`,
    'await cluster.settle()',
  ]
}
