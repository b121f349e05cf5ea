import { expect, test } from 'vitest'
import { createRandom } from './random.ts'
import { createScheduler } from './scheduler.ts'

test('a timer that came due while its thread was frozen can still be cancelled when it thaws', async () => {
  const scheduler = createScheduler(createRandom(1))
  const thread = scheduler.thread('tab')
  const rang: string[] = []
  const cancel = thread.schedule(10, () => rang.push('cancelled'))
  thread.schedule(10, () => rang.push('kept'))
  thread.freeze()
  await scheduler.run(100)
  thread.thaw()
  cancel()
  await scheduler.run(200)
  expect(rang).toEqual(['kept'])
})
