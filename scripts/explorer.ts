// npm run explorer [-- --clients 2 --sessions 2 --commits 3 --kinds s,c,sc --disconnects 1 --rejections 1 --handovers 0 --other-clients --other-sessions]
//
// Every order of what may happen in a small cluster: without flags the scopes of the test suite, with flags that one scope.
import { parseArgs } from 'node:util'
import { explore } from '../src/testing/explorer/explore.ts'
import type { Scope } from '../src/testing/explorer/model.ts'
import { defaultScopes, printResult, printScope } from '../src/testing/explorer/scopes.ts'

const number = { type: 'string' } as const
const { values } = parseArgs({
  options: {
    clients: number,
    sessions: number,
    commits: number,
    disconnects: number,
    rejections: number,
    handovers: number,
    kinds: { type: 'string' },
    'other-clients': { type: 'boolean' },
    'other-sessions': { type: 'boolean' },
  },
})

function asked(): Scope {
  const { kinds, 'other-clients': otherClients = false, 'other-sessions': otherSessions = false, ...counts } = values
  const numbers = Object.fromEntries(Object.entries(counts).map(([name, value]) => [name, Number(value)]))
  const scope = {
    clients: 2,
    sessions: 2,
    commits: 3,
    disconnects: 1,
    rejections: 1,
    handovers: 0,
    ...numbers,
    otherClients,
    otherSessions,
  }
  return { ...scope, kinds: kinds?.split(',') ?? ['s', 'c', 'sc'] }
}

const scopes = Object.keys(values).length > 0 ? [asked()] : defaultScopes
for (const scope of scopes) {
  console.log(printScope(scope))
  const explored = explore(scope)
  console.log(printResult(explored))
  if (explored.broken) process.exitCode = 1
}
console.log(
  `${(performance.now() / 1000).toFixed(1)} s, of which ${(process.cpuUsage().user / 1e6).toFixed(1)} s of one processor`,
)
