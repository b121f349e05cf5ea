import { inText, type Model, originKey } from './model.ts'
import type { Bead } from './protocol.ts'

/** Who made a commit, in one or two characters and a colour: A is this client, A2 its second tab, B another client. */
export type Origin = { readonly letter: string; readonly words: string; readonly colour: number }

export const colours = 8

export function originOf(model: Model, bead: Pick<Bead, 'clientId' | 'sessionId'>): Origin {
  const own = model.status?.clientId
  const key = originKey(model, bead)
  const ofOwn = model.origins.filter((origin) => origin.startsWith(`${own}/`))
  if (bead.clientId === own) {
    const nth = ofOwn.indexOf(key)
    const letter = ofOwn.length > 1 ? `A${nth + 1}` : 'A'
    const where = bead.sessionId === model.here ? inText(model.name) : 'another tab of this client'
    return { letter, words: where, colour: nth % 3 }
  }
  const nth = model.origins.filter((origin) => !origin.includes('/')).indexOf(key)
  return { letter: letterOf(nth + 1), words: `client ${bead.clientId}`, colour: 3 + (Math.max(0, nth) % (colours - 3)) }
}

/** B to Z, then B2 and so on. */
function letterOf(nth: number): string {
  const round = Math.floor((nth - 1) / 25)
  return String.fromCharCode(66 + ((nth - 1) % 25)) + (round > 0 ? round + 1 : '')
}
