import { expect, test } from 'vitest'
import type { LeaderApi } from '../replica/leader-api.ts'
import { createOutbox } from './outbox.ts'

const later = (act: () => void) => queueMicrotask(act)

test('what is committed in a task leaves in it, together, behind all who show it', async () => {
  const heard: string[] = []
  const outbox = createOutbox(() => undefined)
  outbox.attach({ push: async (json: string) => void heard.push(json) } as unknown as LeaderApi)
  outbox.add('1')
  outbox.add('2')
  later(() => {
    heard.push('told')
    later(() => {
      heard.push('rendered')
      later(() => heard.push('observed'))
    })
  })
  await new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => resolve(port1.close())
    port2.postMessage(null)
  })
  expect(heard).toEqual(['told', 'rendered', 'observed', '[1,2]'])
})
