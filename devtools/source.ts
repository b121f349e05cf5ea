import type { Answers, Question } from '../src/replica/inspection.ts'
import type { Message } from './model.ts'
import type { TabAnswers, TabQuestion } from './tab/questions.ts'

/** What the panel is about: a store of this page, one of another page of the origin, or a recording. */
export type Source = {
  readonly kind: 'page' | 'remote' | 'recording'
  readonly storeId: string
  /** The session whose tab it is. */
  readonly here: string
  /** How that tab is called, if it is not this one, and the title of its page. */
  readonly name?: string
  readonly title?: string
  /** Tells `send` all that happens, and first what there is. Returns the way to stop. */
  connect(send: (message: Message) => void): () => void
  /** Resolves with the reason where the store is closed; absent where nobody would know. */
  readonly closed?: Promise<Error>
  /** Asks the leader. */
  ask<Q extends Question>(question: Q): Promise<Answers[Q['type']]>
  /** Asks the tab. */
  tab<Q extends TabQuestion>(question: Q): Promise<TabAnswers[Q['type']]>
}
