import { describe, expect, test } from 'vitest'
import { faultKinds, parseFaults } from './faults.ts'
import { defaultProfile, planOf } from './plan.ts'
import { isFault } from './step.ts'

const profile = { ...defaultProfile, names: ['v1.Created'] }
const kindsOf = (seed: number, changes: Partial<typeof profile>) =>
  new Set(
    planOf(seed, { ...profile, ...changes })
      .steps.filter(isFault)
      .map(({ type }) => type),
  )

describe('--faults', () => {
  test('says how many, of which kinds, and how often each against the others', () => {
    expect(parseFaults('10')).toEqual({ count: 10 })
    expect(parseFaults('crash, cut power = 3')).toEqual({ weights: { crash: 1, 'cut power': 3 } })
    expect(parseFaults('5,stall')).toEqual({ count: 5, weights: { stall: 1 } })
  })

  test('names all kinds where it does not know one', () => {
    expect(() => parseFaults('earthquake')).toThrow(
      `there is no fault "earthquake"; there are: ${faultKinds.join(', ')}`,
    )
  })
})

describe('the plan of a history', () => {
  test('is the same for the same seed', () => {
    expect(planOf(3, profile)).toEqual(planOf(3, profile))
    expect(planOf(4, profile)).not.toEqual(planOf(3, profile))
  })

  test('has the faults that are asked for, and no others', () => {
    expect(kindsOf(1, { weights: { stall: 1 } })).toEqual(new Set(['stall']))
    expect(kindsOf(1, { faults: 0 })).toEqual(new Set())
  })

  test('leaves a far client and the backend alone, so that only the distance is in its way', () => {
    const plans = Array.from({ length: 40 }, (_, seed) => planOf(seed, profile))
    const far = plans.filter(({ clients }) => clients.some(({ latency }) => latency >= 150))
    expect(far.length).toBeGreaterThan(0)
    for (const { steps, clients } of far) {
      const client = clients.findIndex(({ latency }) => latency >= 150)
      const faults = steps.filter(isFault)
      expect(faults.every((step) => 'client' in step && step.client !== client)).toBe(true)
    }
  })
})
