import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { earnsTurn, initialPatience, lose, newLuck, takeNext, waste, win } from './turn.ts'

const someone = (lost = 0) => ({ luck: { ...newLuck(), lost } })

describe('a turn', () => {
  test('is earned by the third ahead in a row', () => {
    const luck = newLuck()
    const earned = [1, 2, 3].map(() => {
      const earns = earnsTurn(luck)
      lose(luck)
      return earns
    })
    expect(earned).toEqual([false, false, true])
    win(luck)
    expect(earnsTurn(luck)).toBe(false)
  })

  test('that was not used makes the next one twice as dear, until a push is stored', () => {
    const luck = newLuck()
    waste(luck)
    expect(luck).toEqual({ lost: 0, patience: initialPatience * 2 })
    win(luck)
    expect(luck).toEqual(newLuck())
  })
})

describe('next is', () => {
  const [ada, bob, cleo] = [someone(), someone(), someone(2)]

  test('who came first, when nobody has the turn', () => {
    const waiting = [
      { owner: ada, parent: 5 },
      { owner: cleo, parent: 3 },
    ]
    expect(takeNext(waiting, null, 5)).toBe(waiting[0])
  })

  test('who has the turn, before those who came earlier', () => {
    const waiting = [
      { owner: ada, parent: 3 },
      { owner: bob, parent: 5 },
    ]
    expect(takeNext(waiting, bob, 5)).toBe(waiting[1])
  })

  test('who is behind anyway, while another has the turn; who could append waits', () => {
    const waiting = [
      { owner: ada, parent: 5 },
      { owner: cleo, parent: 4 },
      { owner: bob, parent: 4 },
    ]
    expect(takeNext(waiting, someone(), 5)).toBe(waiting[2])
    expect(takeNext(waiting.slice(0, 2), someone(), 5)).toBeUndefined()
  })

  test('always somebody when nobody has the turn', () => {
    const pushes = fc.array(fc.record({ owner: fc.nat(9).map(someone), parent: fc.nat(5) }), { minLength: 1 })
    fc.assert(fc.property(pushes, fc.nat(5), (waiting, head) => takeNext(waiting, null, head) === waiting[0]))
  })
})
