import { expect, test } from 'vitest'
import { startEarly, takeWorker } from './early-worker.ts'

const maker = () => {
  const made: EventTarget[] = []
  const make = () => {
    const worker = new EventTarget()
    made.push(worker)
    return worker as Worker
  }
  return { made, make }
}

test('a worker that was started early is taken by whoever needs it first', () => {
  const { made, make } = maker()
  startEarly(make)
  expect([takeWorker(make), takeWorker(make)]).toEqual([made[0], made[1]])
  expect(made).toHaveLength(2)
})

test('one that did not load is made again, for somebody who hears why', () => {
  const { made, make } = maker()
  startEarly(make)
  made[0]!.dispatchEvent(new Event('error'))
  expect(takeWorker(make)).toBe(made[1])
})
