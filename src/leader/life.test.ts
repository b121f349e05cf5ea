import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { away, type LeaderEvent, type LeaderLife, next } from './life.ts'

const failed = { type: 'failed', reason: 'no disk', at: 1_000 } as const
const events = [
  { type: 'stood' },
  { type: 'granted' },
  { type: 'opened' },
  { type: 'proved good' },
  failed,
  { type: 'due' },
  { type: 'resigned' },
  { type: 'freed' },
] as const satisfies readonly LeaderEvent[]

const pausing = { name: 'pausing', failures: 3, retryAt: 3_000, reason: 'no disk' } as const
const leaving = { name: 'leaving', again: false } as const
const leavingToReturn = { name: 'leaving', again: true } as const
const standing = { name: 'standing', failures: 2 } as const
const fresh = { name: 'standing', failures: 0 } as const
const opening = { name: 'opening', failures: 2 } as const
const leading = { name: 'leading', failures: 2 } as const

type Row = { readonly [Type in LeaderEvent['type']]: LeaderLife | '–' }

/** Every event in every state; – where nothing changes. */
const cases: readonly (readonly [LeaderLife, Row])[] = [
  [
    away,
    {
      stood: fresh,
      granted: '–',
      opened: '–',
      'proved good': '–',
      failed: '–',
      due: '–',
      resigned: '–',
      freed: '–',
    },
  ],
  [
    standing,
    {
      stood: '–',
      granted: opening,
      opened: '–',
      'proved good': '–',
      failed: pausing,
      due: '–',
      resigned: leaving,
      freed: '–',
    },
  ],
  [
    opening,
    {
      stood: '–',
      granted: '–',
      opened: leading,
      'proved good': '–',
      failed: pausing,
      due: '–',
      resigned: leaving,
      freed: '–',
    },
  ],
  [
    leading,
    {
      stood: '–',
      granted: '–',
      opened: '–',
      'proved good': { name: 'leading', failures: 0 },
      failed: pausing,
      due: '–',
      resigned: leaving,
      freed: '–',
    },
  ],
  [
    pausing,
    {
      stood: '–',
      granted: '–',
      opened: '–',
      'proved good': '–',
      failed: '–',
      due: { name: 'standing', failures: 3 },
      resigned: away,
      freed: '–',
    },
  ],
  [
    leaving,
    {
      stood: leavingToReturn,
      granted: '–',
      opened: '–',
      'proved good': '–',
      failed: away,
      due: '–',
      resigned: '–',
      freed: away,
    },
  ],
  [
    leavingToReturn,
    {
      stood: '–',
      granted: '–',
      opened: '–',
      'proved good': '–',
      failed: fresh,
      due: '–',
      resigned: leaving,
      freed: fresh,
    },
  ],
]

describe('H4 the table of a leader', () => {
  for (const [life, row] of cases) {
    for (const event of events) {
      const then = row[event.type]
      const told = then === '–' ? 'nothing' : then.name
      test(`${'again' in life && life.again ? 'leaving to return' : life.name}, ${event.type}: ${told}`, () => {
        if (then === '–') expect(next(life, event)).toBe(life)
        else expect(next(life, event)).toEqual(then)
      })
    }
  }
})

const after = (happened: readonly LeaderEvent[]) => happened.reduce<LeaderLife>(next, away)
const history = fc.array(fc.constantFrom<LeaderEvent>(...events))

test('H4 nothing but the lock lets it open, and nothing but an open log lets it lead', () => {
  fc.assert(
    fc.property(history, fc.constantFrom<LeaderEvent>(...events), (happened, event) => {
      const before = after(happened)
      const then = next(before, event)
      if (then.name === 'opening' && before.name !== 'opening') expect(event.type).toBe('granted')
      if (then.name === 'leading' && before.name !== 'leading')
        expect([before.name, event.type]).toEqual(['opening', 'opened'])
    }),
  )
})

test('H5 whatever happened, it lets go when it is told to, and stands when it is told to', () => {
  fc.assert(
    fc.property(history, (happened) => {
      const resigned = next(after(happened), { type: 'resigned' })
      expect(next(resigned, { type: 'freed' })).toEqual(away)
      const stood = next(resigned, { type: 'stood' })
      expect(next(stood, { type: 'freed' })).toEqual(fresh)
    }),
  )
})

test('H6 the wait after a failure is doubled up to half a minute, and short again after a good while', () => {
  let life = after([{ type: 'stood' }])
  const waits: number[] = []
  for (let n = 0; n < 8; n++) {
    life = next(life, failed)
    if (life.name === 'pausing') waits.push(life.retryAt - failed.at)
    life = next(life, { type: 'due' })
  }
  expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
  const good: readonly LeaderEvent[] = [{ type: 'granted' }, { type: 'opened' }, { type: 'proved good' }, failed]
  expect(good.reduce(next, life)).toMatchObject({ name: 'pausing', retryAt: failed.at + 500 })
})
