/**
 * How a page that is no app shows the stores of its origin. Tabs with devtools say on one channel which store they have; the
 * page attaches to one of them over a channel of that tab, and is shown what a panel in it would be.
 */
import type { Question } from '../../src/replica/inspection.ts'
import type { Message } from '../model.ts'
import type { TabQuestion } from '../tab/questions.ts'

export const everyone = 'headwater-devtools:1'
export const channelOf = (sessionId: string) => `${everyone}:tab:${sessionId}`

export type OnEveryone =
  | { readonly type: 'who' }
  | ({ readonly type: 'here' } & Present)
  | { readonly type: 'bye'; readonly sessionId: string }

/** A tab that can be looked at. */
export type Present = { readonly storeId: string; readonly sessionId: string; readonly title: string }

/** Enough of it to tell one tab from the others. */
export const shortId = (sessionId: string) => sessionId.slice(0, 6)

export type ToTab =
  /** Said again and again while the page is there. */
  | { readonly type: 'attach'; readonly page: string }
  | { readonly type: 'detach'; readonly page: string }
  | { readonly type: 'ask leader'; readonly page: string; readonly nth: number; readonly question: Question }
  | { readonly type: 'ask tab'; readonly page: string; readonly nth: number; readonly question: TabQuestion }

export type ToPage =
  | { readonly type: 'told'; readonly page: string; readonly messages: readonly Message[] }
  | { readonly type: 'answered'; readonly page: string; readonly nth: number; readonly answer: unknown }
  | { readonly type: 'refused'; readonly page: string; readonly nth: number; readonly message: string }
