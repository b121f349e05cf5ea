import { createStore, type StoreApi } from 'zustand/vanilla'
import { decodeArgs } from '../../src/event/encode.ts'
import type { Answers, CommitPage, LogFilter, LoggedCommit, Question } from '../../src/replica/inspection.ts'
import { type Model, next } from '../model.ts'
import type { Source } from '../source.ts'
import { literal } from '../tab/literal.ts'
import type { TabQuestion } from '../tab/questions.ts'
import { modelAt, type Recording } from './recording.ts'

/** So far apart are the steps whose models are kept. */
const stride = 100

/** A recording as something to look at: forwards and backwards. */
export type Player = {
  readonly recording: Recording
  readonly source: Source
  readonly model: StoreApi<Model>
  /** How many messages were heard. */
  readonly step: StoreApi<number>
  /** When the last of them was heard. */
  now(): number
  go(step: number): void
}

export function createPlayer(recording: Recording): Player {
  const { messages, storeId, here } = recording
  const kept: Model[] = [{ ...recording.base, name: 'Recorded tab' }]
  for (let from = 0; from < messages.length; from += stride) {
    kept.push(messages.slice(from, from + stride).reduce((model, { message }) => next(model, message), kept.at(-1)!))
  }
  const at = (step: number) => {
    const nth = Math.floor(step / stride)
    return modelAt({ base: kept[nth]!, messages: messages.slice(nth * stride) }, step - nth * stride)
  }
  const step = createStore<number>(() => messages.length)
  const model = createStore<Model>(() => at(messages.length))
  return {
    recording,
    source: {
      kind: 'recording',
      storeId,
      here,
      connect: () => () => undefined,
      ask: async (question) => answer(recording, question) as never,
      tab: async (question) => answerAsTab(question) as never,
    },
    model,
    step,
    now: () => messages[Math.max(0, step.getState() - 1)]?.at ?? recording.at,
    go(to) {
      const within = Math.min(Math.max(0, to), messages.length)
      step.setState(within, true)
      model.setState(at(within), true)
    },
  }
}

const notHere = () => new Error('a recording cannot be asked that')

function answer({ log }: Recording, question: Question): Answers['commits'] {
  switch (question.type) {
    case 'commits': {
      const { from, count } = question
      return { commits: log.slice(from, from + count), total: log.length }
    }
    case 'search':
      return search(log, question.filter)
    case 'watch':
    case 'unwatch':
    case 'faults':
    case 'kill':
      throw notHere()
    default:
      return question satisfies never
  }
}

function answerAsTab(question: TabQuestion): string {
  if (question.type !== 'decode') throw notHere()
  const { args, kinds } = question.event
  return literal(decodeArgs(args, kinds))
}

/** All at once, newest first: a recording holds no more. */
function search(log: readonly LoggedCommit[], filter: LogFilter): CommitPage {
  return { commits: log.filter((logged) => fits(logged, filter)).toReversed(), total: log.length }
}

function fits({ commit, head }: LoggedCommit, { name = '', args = '', client = '', session = '', state }: LogFilter) {
  const has = (text: string, part: string) => text.toLowerCase().includes(part.toLowerCase())
  const isNamed = commit.events.some((event) => has(event.name, name) && has(JSON.stringify(event.args), args))
  if (!isNamed || !commit.clientId.startsWith(client) || !commit.sessionId.startsWith(session)) return false
  if (state === 'client-only') return !commit.events.some(({ synced }) => synced)
  return state === undefined || (state === 'confirmed') === (head !== undefined)
}
