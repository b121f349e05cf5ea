import { expect, test } from 'vitest'
import type { LeaderApi, ParkedCommit } from '../replica/leader-api.ts'
import { commitOf, events } from '../replica/testing.ts'
import { createQuestions } from './questions.ts'

const found: ParkedCommit[] = [
  { commit: commitOf('a', events.removed({ id: 'a' })), outcome: 'parked', reason: 'threw' },
]
const leaderThat = (parked: LeaderApi['parked']) => ({ parked }) as LeaderApi
const parked = (leader: LeaderApi) => leader.parked()

test('P4 a question without a leader waits for one', async () => {
  const questions = createQuestions()
  const answer = questions.ask(parked)
  questions.attach(leaderThat(async () => found))
  expect(await answer).toBe(found)
})

test('P4 a question that a leader took with it is put to the next', async () => {
  const questions = createQuestions()
  questions.attach(leaderThat(() => new Promise(() => undefined)))
  const answer = questions.ask(parked)
  questions.attach(undefined)
  questions.attach(leaderThat(async () => found))
  expect(await answer).toBe(found)
})

test('P4 a leader that fails says so, and what nobody can answer any more is rejected', async () => {
  const questions = createQuestions()
  questions.attach(leaderThat(() => Promise.reject(new Error('damaged'))))
  await expect(questions.ask(parked)).rejects.toThrow('damaged')
  questions.attach(undefined)
  const answer = questions.ask(parked)
  questions.close(new Error('closed'))
  await expect(answer).rejects.toThrow('closed')
  await expect(questions.ask(parked)).rejects.toThrow('closed')
})
