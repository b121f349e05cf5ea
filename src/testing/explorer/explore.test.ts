import { describe, expect, test } from 'vitest'
import { explore } from './explore.ts'
import type { Scope } from './model.ts'
import { mutants } from './mutants.ts'

const scope: Scope = {
  clients: 2,
  otherClients: false,
  sessions: 2,
  otherSessions: false,
  commits: 2,
  disconnects: 0,
  rejections: 0,
  handovers: 0,
  kinds: ['s', 'sc'],
}

const alone = { ...scope, clients: 1, otherClients: true }

describe('the explorer', () => {
  test('finds nothing in a small cluster, and everybody agrees in the end', () => {
    const { broken, states, quiet, depth } = explore({ ...scope, kinds: ['s'] })
    expect(broken?.lines).toBeUndefined()
    expect(states).toBeGreaterThan(1_000)
    expect(quiet).toBeGreaterThan(3)
    expect(depth).toBeGreaterThan(10)
  })

  test('sees no less of a client where the others are only what they store', () => {
    const cluster = explore({ ...scope, sessions: 1, disconnects: 1, rejections: 1 })
    const one = explore({ ...alone, sessions: 1, disconnects: 1, rejections: 1 })
    expect(one.broken).toBeUndefined()
    // A client with one in the background meets each state that it meets in a cluster, for each log that others may make.
    expect(one.clients).toBeGreaterThanOrEqual(cluster.clients)
  })

  test('tells the shortest way to what is broken, in the words of the design', () => {
    const { broken } = explore(
      { ...alone, kinds: ['s'] },
      mutants.find(({ name }) => name.startsWith('does not count its head'))?.core,
    )
    expect(broken!.lines.join('\n')).toMatchInlineSnapshot(`
      "  1. A: session 0 commits s
             Session A0: A:e1'
        2. A: session 1 commits s
             Session A1: A:e1'
        3. A: leader takes a push of session 0
             Leader A: A:e1'
        4. A: session 1 takes a message"
    `)
    expect(String(broken!.error)).toMatchInlineSnapshot(
      `"Failed: N4 the head of session 1 is e1, its order ends at e2r1"`,
    )
  })
})

test.each(mutants)('a core is found out that $name', ({ core, scope }) => {
  expect(explore(scope, core).broken?.error).toBeInstanceOf(Error)
})
