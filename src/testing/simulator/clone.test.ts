import { expect, test } from 'vitest'
import { clone } from './clone.ts'

test('what crosses between threads is a copy, as structuredClone makes it', () => {
  const message = {
    id: 1,
    path: ['push'],
    value: { text: 'a', none: undefined, nothing: null, bytes: new Uint8Array([1, 2]) },
  }
  const copy = clone(message)
  expect(copy).toEqual(structuredClone(message))
  copy.path.push('more')
  copy.value.bytes[0] = 9
  expect(message.path).toEqual(['push'])
  expect(message.value.bytes[0]).toBe(1)
})

test('what cannot cross is refused', () => {
  expect(() => clone({ deep: [() => 1] })).toThrow('could not be cloned')
  expect(() => clone({ deep: [Symbol('a')] })).toThrow('could not be cloned')
})
