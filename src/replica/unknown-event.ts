import type { EncodedEvent } from '../event/commit.ts'
import { decodeArgs } from '../event/encode.ts'
import type * as StoreEvent from '../event/store-event.ts'
import { UnknownEvent } from '../schema/errors.ts'
import type { Schema } from '../schema/schema.ts'
import type { Tier, TraceSource } from '../trace.ts'

export function newerBuildHas(event: string): string {
  return `this build does not know the event "${event}"; a newer build of the app goes on`
}

/** A callback that throws decides nothing about the commit. */
function tell(onUnknownEvent: (event: StoreEvent.Input) => void, event: StoreEvent.Input) {
  try {
    onUnknownEvent(event)
  } catch (error) {
    console.error(`headwater: onUnknownEvent failed for "${event.name}"`, error)
  }
}

/** Answers an event of a newer build as `unknownEventHandling` says. A name is warned of once. */
export function createUnknownEventHandler({
  schema,
  tier,
  traces,
}: {
  schema: Schema
  tier: Tier
  traces: TraceSource
}): (event: EncodedEvent) => void {
  const warned = new Set<string>()
  return ({ name, args, kinds }) => {
    const handling = schema.unknownEventHandling
    traces.emit?.({ type: 'unknown event', tier, name })
    if (handling === 'ignore') return
    if (handling === 'fail') throw new UnknownEvent(name, newerBuildHas(name)) // taken only where a door was left open
    if (handling !== 'warn') return tell(handling.onUnknownEvent, { name, args: decodeArgs(args, kinds) })
    if (warned.has(name)) return
    warned.add(name)
    console.warn(
      `headwater: this build does not know the event "${name}"; it stays in the log and applies after an upgrade`,
    )
  }
}
