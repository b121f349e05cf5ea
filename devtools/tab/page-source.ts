import type { Store } from '../../src/index.ts'
import { connect } from '../connect.ts'
import type { Source } from '../source.ts'
import { answerTab } from './answer.ts'

/** The store of this page. */
export function pageSource(store: Store): Source {
  return {
    kind: 'page',
    storeId: store.storeId,
    here: store.inspect.sessionId,
    connect: (send) => connect(store, send),
    closed: store.closed,
    ask: store.inspect.ask,
    tab: (question) => answerTab(store, question),
  }
}
