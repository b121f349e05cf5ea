import { expect, test } from 'vitest'
import type { LeaderApi, ParkedCommit } from '../replica/leader-api.ts'
import { commitOf, events } from '../replica/testing.ts'
import { createParkedQuestions } from './parked.ts'

const found: ParkedCommit[] = [
  { commit: commitOf('a', events.removed({ id: 'a' })), outcome: 'parked', reason: 'threw' },
]
const leaderThat = (parked: LeaderApi['parked']) => ({ parked }) as LeaderApi

test('P4 a question without a leader waits for one', async () => {
  const questions = createParkedQuestions()
  const answer = questions.ask()
  questions.attach(leaderThat(async () => found))
  expect(await answer).toBe(found)
})

test('P4 a question that a leader took with it is put to the next', async () => {
  const questions = createParkedQuestions()
  questions.attach(leaderThat(() => new Promise(() => undefined)))
  const answer = questions.ask()
  questions.attach(undefined)
  questions.attach(leaderThat(async () => found))
  expect(await answer).toBe(found)
})

test('P4 a leader that fails says so, and what nobody can answer any more is rejected', async () => {
  const questions = createParkedQuestions()
  questions.attach(leaderThat(() => Promise.reject(new Error('damaged'))))
  await expect(questions.ask()).rejects.toThrow('damaged')
  questions.attach(undefined)
  const answer = questions.ask()
  questions.close(new Error('closed'))
  await expect(answer).rejects.toThrow('closed')
})
