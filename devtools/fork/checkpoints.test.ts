import { expect, test } from 'vitest'
import { type Checkpoint, nearest, withCheckpoint } from './checkpoints.ts'

const checkpoint = (commits: number, size = 10): Checkpoint => ({ commits, bytes: new Uint8Array(size) })
const places = (checkpoints: readonly Checkpoint[]) => checkpoints.map(({ commits }) => commits)

test('the nearest checkpoint is the last one that is not past the place', () => {
  const checkpoints = [0, 10, 20].map((commits) => checkpoint(commits))
  expect([0, 9, 10, 99].map((place) => nearest(checkpoints, place)?.commits)).toEqual([0, 0, 10, 20])
})

test('checkpoints stay in bounds and spread over the log: where there are too many, every second goes', () => {
  let checkpoints: readonly Checkpoint[] = []
  for (let commits = 10; commits <= 60; commits += 10) {
    checkpoints = withCheckpoint(checkpoints, checkpoint(commits), 40)
    expect(checkpoints.length).toBeLessThanOrEqual(4)
    expect(checkpoints.at(-1)?.commits).toBe(commits)
  }
  expect(places(checkpoints)).toEqual([10, 30, 50, 60])
})

test('one that is too large by itself is not kept', () => {
  expect(withCheckpoint([checkpoint(10)], checkpoint(20, 100), 40)).toEqual([])
})
