import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LinkState } from '../sync/connection.ts'
import { type ConnectionEvent, next } from './life.ts'

const event: fc.Arbitrary<ConnectionEvent> = fc.oneof(
  fc.constantFrom<ConnectionEvent>(
    { type: 'switched on' },
    { type: 'switched off' },
    { type: 'welcomed' },
    { type: 'proved good' },
    { type: 'due' },
    { type: 'network back' },
    { type: 'refused', reason: 'no' },
  ),
  fc
    .record({
      random: fc.double({ min: 0, max: 1, noNaN: true }),
      afterMs: fc.option(fc.nat(60_000), { nil: undefined }),
    })
    .map(({ random, afterMs }) => ({ type: 'lost', reason: 'gone', at: 0, random, afterMs }) as const),
)

const after = (events: readonly ConnectionEvent[]) => events.reduce<LinkState>(next, { name: 'offline' })

test('whatever happened, it can be switched on and off', () => {
  fc.assert(
    fc.property(fc.array(event), (events) => {
      expect(next(after(events), { type: 'switched off' })).toEqual({ name: 'offline' })
      expect(['connecting', 'waiting', 'online']).toContain(next(after(events), { type: 'switched on' }).name)
    }),
  )
})

test('it never waits for ever, nor longer than 30 s or what the backend asked for', () => {
  fc.assert(
    fc.property(fc.array(event), (events) => {
      const connection = after(events)
      if (connection.name !== 'waiting') return
      expect(connection.retryAt).toBeLessThanOrEqual(60_000)
      expect(next(connection, { type: 'due' }).name).toBe('connecting')
    }),
  )
})

test('only what helps ends a refusal', () => {
  fc.assert(
    fc.property(fc.array(event), (events) => {
      const stopped: LinkState = { name: 'stopped', reason: 'no' }
      const helps = events.filter(({ type }) => type !== 'switched on' && type !== 'switched off')
      expect(helps.reduce<LinkState>(next, stopped)).toBe(stopped)
    }),
  )
})

test('a connection that lasted begins with a short wait again', () => {
  const lost = { type: 'lost', reason: '', at: 0, random: 1 } as const
  const later = after([{ type: 'switched on' }, lost, { type: 'due' }, lost, { type: 'due' }, { type: 'welcomed' }])
  expect(next(later, lost)).toMatchObject({ name: 'waiting', retryAt: 2_000 })
  expect(next(next(later, { type: 'proved good' }), lost)).toMatchObject({ name: 'waiting', retryAt: 500 })
})
