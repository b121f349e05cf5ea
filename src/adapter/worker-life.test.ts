import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { next, starting, type WorkerEvent, type WorkerLife } from './worker-life.ts'

const missed = { type: 'missed', at: 1_000 } as const
const died = { type: 'died', reason: 'gone', at: 1_000 } as const
const events = [
  { type: 'answered' },
  missed,
  died,
  { type: 'due' },
  { type: 'proved good' },
  { type: 'ended' },
] as const satisfies readonly WorkerEvent[]

const alive = { name: 'alive', failures: 1 } as const
const suspected = (times: number) => ({ name: 'suspected', failures: 1, missed: times }) as const
const ended = { name: 'ended' } as const
const pausing = (reason: string) => ({ name: 'pausing', failures: 2, retryAt: 1_500, reason }) as const
const silent = 'it did not answer 5 times in a row'

type Row = { readonly [Type in WorkerEvent['type']]: WorkerLife | '–' }

/** Every event in every state; – where nothing changes. */
const cases: readonly (readonly [string, WorkerLife, Row])[] = [
  [
    'starting',
    { name: 'starting', failures: 1 },
    { answered: alive, missed: '–', died: pausing('gone'), due: '–', 'proved good': '–', ended },
  ],
  [
    'alive',
    alive,
    {
      answered: '–',
      missed: suspected(1),
      died: pausing('gone'),
      due: '–',
      'proved good': { name: 'alive', failures: 0 },
      ended,
    },
  ],
  [
    'suspected once',
    suspected(1),
    {
      answered: alive,
      missed: suspected(2),
      died: pausing('gone'),
      due: '–',
      'proved good': { ...suspected(1), failures: 0 },
      ended,
    },
  ],
  [
    'suspected four times',
    suspected(4),
    {
      answered: alive,
      missed: pausing(silent),
      died: pausing('gone'),
      due: '–',
      'proved good': { ...suspected(4), failures: 0 },
      ended,
    },
  ],
  [
    'pausing',
    pausing('gone'),
    {
      answered: '–',
      missed: '–',
      died: '–',
      due: { name: 'starting', failures: 2 },
      'proved good': '–',
      ended,
    },
  ],
  ['ended', ended, { answered: '–', missed: '–', died: '–', due: '–', 'proved good': '–', ended: '–' }],
]

describe('H7 the table of a worker in its tab', () => {
  for (const [name, life, row] of cases) {
    for (const event of events) {
      const then = row[event.type]
      test(`${name}, ${event.type}: ${then === '–' ? 'nothing' : then.name}`, () => {
        if (then === '–') expect(next(life, event)).toBe(life)
        else expect(next(life, event)).toEqual(then)
      })
    }
  }
})

const after = (happened: readonly WorkerEvent[]) => happened.reduce<WorkerLife>(next, starting)
const history = fc.array(fc.constantFrom<WorkerEvent>(...events))

test('H7 whoever answered is not given up before five pings in a row went unanswered', () => {
  fc.assert(
    fc.property(history, fc.nat(4), (happened, times) => {
      const answered = next(after(happened), { type: 'answered' })
      const later = after([...happened, { type: 'answered' }, ...Array.from({ length: times }, () => missed)])
      if (answered.name === 'alive') expect(['alive', 'suspected']).toContain(later.name)
      else expect(later).toEqual(answered)
    }),
  )
})

test('H8 whatever died is replaced, until the tab needs none', () => {
  fc.assert(
    fc.property(history, (happened) => {
      const dead = next(after(happened), died)
      if (dead.name === 'ended') expect(next(dead, { type: 'due' })).toEqual(ended)
      else expect(next(dead, { type: 'due' })).toMatchObject({ name: 'starting' })
    }),
  )
})

test('H8 the first replacement comes at once, the next ones after waits that are doubled up to half a minute', () => {
  let life: WorkerLife = starting
  const waits: number[] = []
  for (let n = 0; n < 9; n++) {
    life = next(life, died)
    if (life.name === 'pausing') waits.push(life.retryAt - died.at)
    life = next(life, { type: 'due' })
  }
  expect(waits).toEqual([0, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
  const good: readonly WorkerEvent[] = [{ type: 'answered' }, { type: 'proved good' }, died]
  expect(good.reduce(next, life)).toMatchObject({ name: 'pausing', retryAt: died.at })
})
