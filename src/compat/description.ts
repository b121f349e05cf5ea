/** What a schema's events look like, and looked like before: the file that `headwater check` keeps. */
import type { AnyEventDef } from '../schema/events.ts'
import type { Schema } from '../schema/schema.ts'
import { type ArgsShape, type JsonSchema, shapeOf } from './json-schema.ts'

export type Description = {
  readonly headwater: typeof format
  readonly events: { readonly [name: string]: EventDescription }
}

export type EventDescription = {
  readonly synced: boolean
  /** The event as which it is read, where that is another. */
  readonly upcastTo?: string
  /** Absent where the schema does not describe itself. */
  readonly reads?: JsonSchema
  /** Every shape that was ever in a log, as far as they were recorded. */
  readonly wrote: readonly JsonSchema[]
  /** Why there is no `reads`. */
  readonly unknown?: string
}

const format = 1

/** The file is not one that this version can read. */
export class BadDescription extends Error {
  override name = 'BadDescription'
}

export function describeSchema(schema: Schema): Description {
  const events: [string, EventDescription][] = []
  const add = (def: AnyEventDef, as: AnyEventDef) => {
    events.push([def.name, { ...described(def, shapeOf(def)), ...(def === as ? {} : { upcastTo: as.name }) }])
    for (const { from } of def.upcasts) add(from, as)
  }
  for (const def of Object.values(schema.events)) add(def, def)
  events.sort(([a], [b]) => (a < b ? -1 : 1))
  return { headwater: format, events: Object.fromEntries(events) }
}

function described({ synced }: AnyEventDef, shape: ArgsShape): EventDescription {
  if (shape.type === 'unknown') return { synced, wrote: [], unknown: shape.why }
  return { synced, reads: shape.reads, wrote: [shape.writes] }
}

/** `now`, with the shapes that logs may hold from before. */
export function withHistory(now: Description, before: Description): Description {
  const events = Object.entries(now.events).map(([name, event]) => {
    const earlier = before.events[name]?.wrote ?? []
    const fresh = event.wrote.filter(
      (shape) => !earlier.some((known) => JSON.stringify(known) === JSON.stringify(shape)),
    )
    return [name, { ...event, wrote: [...earlier, ...fresh] }]
  })
  return { ...now, events: Object.fromEntries(events) }
}

export function printDescription(description: Description): string {
  return `${JSON.stringify(description, null, 2)}\n`
}

/** Throws `BadDescription`. */
export function parseDescription(text: string): Description {
  const { headwater, events } = parseObject(text)
  if (headwater === undefined) throw new BadDescription('it is not a file that headwater check wrote')
  if (headwater !== format) {
    throw new BadDescription(`it has format ${headwater}, and this version of headwater knows ${format}`)
  }
  for (const [name, event] of Object.entries(Object(events))) {
    const { synced, wrote } = Object(event) as Partial<EventDescription>
    if (typeof synced !== 'boolean' || !Array.isArray(wrote))
      throw new BadDescription(`what it says of ${name} is damaged`)
  }
  return { headwater, events: Object(events) }
}

function parseObject(text: string): { [key: string]: unknown } {
  try {
    return Object(JSON.parse(text))
  } catch (cause) {
    throw new BadDescription(`it is not JSON: ${(cause as Error).message}`, { cause })
  }
}
