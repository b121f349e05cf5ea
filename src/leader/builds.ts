/** Two builds of the app are open at once: what a leader does about a session of another one that boots. */
import { OutdatedBuild } from '../replica/errors.ts'
import type { JoinRequest } from '../replica/leader-api.ts'
import type { Schema } from '../schema/schema.ts'

/** The leader has let go, so that the worker of another build may lead. */
export class GaveWay extends Error {
  override name = 'GaveWay'
}

/** Where nobody can tell which build is newer, a worker gives way to one session so often. A page that is loaded again is another session. */
const mostTimes = 3

/**
 * Whether a worker gives way to a session of another build. To a newer build it always does; where the two cannot be ordered, a
 * bounded number of times, so that two builds that boot at once do not take turns for ever.
 */
export function createPoliteness() {
  const times = new Map<string, number>()

  return ({ sessionId, builtAt }: JoinRequest, schema: Pick<Schema, 'builtAt'>): boolean => {
    if (builtAt !== undefined && schema.builtAt !== undefined && builtAt !== schema.builtAt)
      return builtAt > schema.builtAt
    const before = times.get(sessionId) ?? 0
    times.set(sessionId, before + 1)
    return before < mostTimes
  }
}

export type Politeness = ReturnType<typeof createPoliteness>

/** Where nobody can tell which is newer, it may be one build, whose page and worker do not agree: to load it again is of no use then. */
export function outdated({ builtAt }: JoinRequest, schema: Pick<Schema, 'builtAt'>): OutdatedBuild {
  const mayBeOne = builtAt === schema.builtAt
  return new OutdatedBuild(
    `another version of the app keeps the data of this browser now; reload the page${mayBeOne ? disagreeing : ''}`,
  )
}

const disagreeing =
  '. Where that does not help, the schema of the page and that of its worker are not the same: is a default computed, ' +
  'such as `.default(Date.now())`, or `version` given to one alone?'
