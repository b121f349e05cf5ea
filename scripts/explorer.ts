// npm run explorer [-- --clients 2 --sessions 2 --commits 3 --kinds s,c,sc --disconnects 1 --rejections 1 --handovers 0
//                      --other-clients --other-sessions]
//
// Every order of what may happen in a small cluster. Without flags the scopes of the test suite, two at a time; with flags that
// one, where what is not given is as above. A whole cluster with all kinds and faults takes its time and memory.
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { explore } from '../src/testing/explorer/explore.ts'
import type { Scope } from '../src/testing/explorer/model.ts'
import { defaultScopes, printResult, printScope } from '../src/testing/explorer/scopes.ts'

const parallel = 2

if (isMainThread) await main()
else {
  const scope = workerData as Scope
  const explored = explore(scope)
  parentPort!.postMessage({ text: `${printScope(scope)}\n${printResult(explored)}`, held: !explored.broken })
}

async function main() {
  const waiting = [...scopes()]
  const next = async (): Promise<void> => {
    const scope = waiting.shift()
    if (!scope) return
    const { text, held } = await inThread(scope)
    console.log(text)
    if (!held) process.exitCode = 1
    return next()
  }
  await Promise.all(Array.from({ length: parallel }, next))
  console.log(`In all ${(performance.now() / 1000).toFixed(1)} s`)
}

function inThread(scope: Scope): Promise<{ text: string; held: boolean }> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: scope,
      resourceLimits: { maxOldGenerationSizeMb: 12_000 },
    })
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

function scopes(): readonly Scope[] {
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
  if (Object.keys(values).length === 0) return defaultScopes
  const { kinds, 'other-clients': otherClients = false, 'other-sessions': otherSessions = false, ...counts } = values
  const numbers = Object.fromEntries(Object.entries(counts).map(([name, value]) => [name, Number(value)]))
  const usual = { clients: 2, sessions: 2, commits: 3, disconnects: 1, rejections: 1, handovers: 0 }
  return [{ ...usual, ...numbers, otherClients, otherSessions, kinds: kinds?.split(',') ?? ['s', 'c', 'sc'] }]
}
