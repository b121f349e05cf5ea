import { expect, test } from 'vitest'
import type { Joined, LeaderApi } from './leader-api.ts'
import { connectLeader, serveLeader } from './leader-port.ts'
import { realEnv } from './real-env.ts'
import { commitOf, events } from './testing.ts'

test('thousands of accepted commits arrive whole and in order, and not in one task', async () => {
  const accepted = Array.from({ length: 2_500 }, (_, at) =>
    commitOf(`c${at}`, events.created({ id: `${at}`, text: '' })),
  )
  const joined = { epoch: 'one', accepted } as unknown as Joined
  const { port1, port2 } = new MessageChannel()
  serveLeader({ join: async () => joined } as unknown as LeaderApi, port1)
  let tasks = 0
  const defer = (call: () => void) => {
    tasks += 1
    realEnv().defer(call)
  }
  const leader = connectLeader(port2, { defer })
  port1.start()
  port2.start()
  expect(await leader.join({ sessionId: 'one', fingerprint: '' }, () => undefined)).toEqual(joined)
  expect(tasks).toBe(2)
  port1.close()
})
