import { expect, test } from 'vitest'
import { inWords } from './words.ts'

const none = { latency: 0, slowBackend: 0, loss: 0, partition: false, duplicate: false, reject: 0, fullDisk: false }

test('what is broken on purpose is said, and nothing where nothing is', () => {
  expect(inWords(undefined)).toEqual([])
  expect(inWords({ ...none, isKillable: true })).toEqual([])
  expect(inWords({ ...none, isKillable: true, latency: 2_000, reject: 1, fullDisk: true })).toEqual([
    'latency 2,000 ms',
    'the next commit is rejected',
    'full disk',
  ])
})
