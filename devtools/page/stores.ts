/** Which stores of this origin can be looked at. Pure. */
import type { OnEveryone, Present } from '../remote/protocol.ts'

/** Tabs in the order in which they were heard of. */
export function heard(present: readonly Present[], message: OnEveryone): readonly Present[] {
  switch (message.type) {
    case 'who':
      return present
    case 'here': {
      const { type: _, ...tab } = message
      const known = present.some(({ sessionId }) => sessionId === tab.sessionId)
      return known ? present.map((old) => (old.sessionId === tab.sessionId ? tab : old)) : [...present, tab]
    }
    case 'bye':
      return present.filter(({ sessionId }) => sessionId !== message.sessionId)
    default:
      return message satisfies never
  }
}
