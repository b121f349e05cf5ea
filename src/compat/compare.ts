/** Whether a schema reads what earlier ones have left in logs. Pure. */
import { type Misfit, misfits } from './accepts.ts'
import type { Description, EventDescription } from './description.ts'

export type Finding = {
  readonly event: string
  /**
   * - `breaking`: commits that are in logs could not be applied any more
   * - `unknown`: that could not be found out
   * - `older builds`: they could not apply new commits; a reload of their tab, with the newer build, helps
   */
  readonly level: 'breaking' | 'unknown' | 'older builds'
  /** Where in the args; empty for the event as a whole. */
  readonly at: string
  readonly why: string
}

export function compareDescriptions(before: Description, now: Description): Finding[] {
  const names = [...new Set([...Object.keys(before.events), ...Object.keys(now.events)])].sort()
  return names.flatMap((name) => {
    const [older, newer] = [before.events[name], now.events[name]]
    const found = newer ? compareEvent(older, newer) : [removed]
    return found.map((finding) => ({ event: name, ...finding }))
  })
}

type Found = Omit<Finding, 'event'>

const removed: Found = {
  level: 'breaking',
  at: '',
  why: 'is gone, and logs hold it: declare it again, or list it among the upcasts of another event',
}

function compareEvent(older: EventDescription | undefined, newer: EventDescription): Found[] {
  if (older && older.synced !== newer.synced) {
    const [was, is] = [older, newer].map(({ synced }) => (synced ? 'synced' : 'client-only'))
    return [{ level: 'breaking', at: '', why: `was ${was}, is ${is}: give it another name` }]
  }
  const { reads } = newer
  if (reads === undefined) return [unknown(newer)]
  if (older?.wrote.length === 0) return [{ level: 'unknown', at: '', why: 'what is in logs was not described' }]
  // It must read again what it writes itself, too.
  const logged = [...(older?.wrote ?? []), ...newer.wrote].flatMap((shape) => misfits(reads, shape).map(ofLog))
  return distinct([...logged, ...forOlderBuilds(older, newer)])
}

function forOlderBuilds(older: EventDescription | undefined, newer: EventDescription): Found[] {
  const reads = older?.reads
  if (reads === undefined || newer.upcastTo !== undefined) return []
  const known = new Set(older?.wrote.map((shape) => JSON.stringify(shape)))
  const found = newer.wrote
    .filter((shape) => !known.has(JSON.stringify(shape)))
    .flatMap((shape) => misfits(reads, shape))
  return found.flatMap(({ at, certain, why }) => (certain ? { level: 'older builds', at, why: `there it ${why}` } : []))
}

function unknown({ unknown: why = 'its schema does not describe itself' }: EventDescription): Found {
  return { level: 'unknown', at: '', why: `${why}; give the event a jsonSchema` }
}

function ofLog({ at, certain, why }: Misfit): Found {
  return { level: certain ? 'breaking' : 'unknown', at, why }
}

function distinct(found: readonly Found[]): Found[] {
  return [...new Map(found.map((finding) => [`${finding.level} ${finding.at} ${finding.why}`, finding])).values()]
}
