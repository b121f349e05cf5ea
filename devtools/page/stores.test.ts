import { expect, test } from 'vitest'
import type { OnEveryone } from '../remote/protocol.ts'
import { heard } from './stores.ts'

test('tabs come, are named anew, and go', () => {
  const here = (sessionId: string, title: string): OnEveryone => ({ type: 'here', storeId: 'todos', sessionId, title })
  const present = [here('a', 'A'), here('b', 'B'), { type: 'who' } as const, here('a', 'A2')].reduce(heard, [])
  expect(present.map(({ sessionId, title }) => [sessionId, title])).toEqual([
    ['a', 'A2'],
    ['b', 'B'],
  ])
  expect(heard(present, { type: 'bye', sessionId: 'a' }).map(({ sessionId }) => sessionId)).toEqual(['b'])
})
