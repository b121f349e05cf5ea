import fc from 'fast-check'
import { expect, test } from 'vitest'
import { next, noWay, type WayEvent, type Ways } from './ways.ts'

const host = (leaderId: string) => ({ type: 'host told', leaderId }) as const
const broker = (leaderId: string | null) => ({ type: 'broker told', leaderId }) as const
const channel = (leaderId: string) => ({ type: 'channel told', leaderId }) as const
const ended = (leaderId: string) => ({ type: 'channel told of the end', leaderId }) as const
const [waited, answered, unanswered] = [
  { type: 'waited' },
  { type: 'answered' },
  { type: 'unanswered' },
] as const satisfies WayEvent[]

const after = (...events: readonly WayEvent[]) => events.reduce<Ways>(next, noWay)
const used = (...events: readonly WayEvent[]) => {
  const { current } = after(...events)
  return current && `${current.leaderId} by ${current.by}`
}

test('H9 the broker is the way where it knows the leader, whoever told first', () => {
  expect(used(broker('a'))).toBe('a by broker')
  expect(used(channel('a'), broker('a'), waited)).toBe('a by broker')
  expect(used(broker('a'), channel('a'), waited)).toBe('a by broker')
})

test('H9 the channel is the way where the broker says nothing, or has a leader that is gone', () => {
  expect(used(channel('a'))).toBeUndefined()
  expect(used(channel('a'), waited)).toBe('a by channel')
  expect(used(broker('gone'), channel('a'), waited)).toBe('a by channel')
  expect(used(channel('a'), broker('gone'), answered, broker(null), waited)).toBe('a by channel')
})

test('H9 the last word counts: a leader that was frozen speaks too late', () => {
  expect(used(broker('old'), answered, channel('old'), broker('new'), channel('new'), waited)).toBe('new by broker')
  expect(used(broker('new'), answered, channel('old'), channel('new'), waited)).toBe('new by broker')
  expect(used(channel('old'), broker('new'), waited)).toBe('new by broker')
})

test('H9 the worker of this tab needs nobody to introduce it', () => {
  expect(used(host('own'))).toBe('own by host')
  expect(used(host('own'), broker('own'), answered, broker('own'))).toBe('own by host')
  expect(used(broker('before'), answered, broker(null), host('own'), channel('own'), waited)).toBe('own by host')
  expect(used(channel('own'), host('own'), waited)).toBe('own by host')
  expect(used(host('own'), unanswered)).toBe('own by channel')
  expect(used(host('own'), answered, broker(null), broker('next'))).toBe('next by broker')
})

test('H9 a broker that learns of the leader after all is taken', () => {
  expect(used(channel('a'), waited, answered, broker('a'))).toBe('a by broker')
})

test('H9 a port that went nowhere is sent again, and then the channel is the way', () => {
  const lost = after(broker('a'))
  expect(next(lost, broker('a')).current).not.toBe(lost.current)
  expect(next(lost, broker('a')).current).toEqual(lost.current)
  expect(used(broker('a'), unanswered)).toBe('a by channel')
  const met = after(broker('a'), answered)
  expect(next(met, broker('a'))).toBe(met)
  expect(next(met, unanswered)).toBe(met)
})

test('H9 a leader that ended is not waited for', () => {
  expect(used(channel('a'), ended('a'), waited)).toBeUndefined()
  expect(used(channel('a'), ended('b'), waited)).toBe('a by channel')
})

const event = fc.oneof(
  fc.constantFrom<WayEvent>(waited, answered, unanswered, broker(null)),
  fc.constantFrom('a', 'b', 'c').map(host),
  fc.constantFrom('a', 'b', 'c').map(broker),
  fc.constantFrom('a', 'b', 'c').map(channel),
  fc.constantFrom('a', 'b', 'c').map(ended),
)

test('H9 whatever was said before, the next leader that anybody tells of is found', () => {
  fc.assert(
    fc.property(fc.array(event), (events) => {
      expect(used(...events, channel('next'), waited)).toBe('next by channel')
      expect(used(...events, host('next'))).toBe('next by host')
      expect(used(...events, broker('next'))).toBe('next by broker')
      expect(used(...events, channel('next'), broker('next'), waited)).toBe('next by broker')
      expect(used(...events, broker('next'), channel('next'), waited)).toBe('next by broker')
    }),
  )
})
