import type { StandardSchemaV1 } from '@standard-schema/spec'
import type * as StoreEvent from '../event/store-event.ts'

/** A declared event. Calling it makes the event to commit; its args are validated by `commit()`. */
export type EventDef<Name extends string = string, Schema extends StandardSchemaV1 = StandardSchemaV1> = {
  (args: StandardSchemaV1.InferInput<Schema>): StoreEvent.Input<Name, StandardSchemaV1.InferInput<Schema>>
  /** `readonly` is missing from a function's `name`; this one is the event's. */
  readonly name: Name
  readonly schema: Schema
  /** False for an event that never leaves this client. */
  readonly synced: boolean
  /** Client-only: a later event with the same key replaces this one in the log once both are folded. */
  readonly replaces?: ((args: StandardSchemaV1.InferOutput<Schema>) => string) | undefined
  /** Events of earlier declarations that are read as this one. */
  readonly upcasts: readonly Upcast<StandardSchemaV1.InferInput<Schema>>[]
  readonly jsonSchema?: { readonly [keyword: string]: unknown } | undefined
}

/** How events of an earlier declaration become ones of another: `to` gets valid args of the earlier, and is pure. */
export type Upcast<Args> = {
  readonly from: AnyEventDef
  // biome-ignore lint/suspicious/noExplicitAny: the args of `from`, which `Events.upcast` knows
  readonly to: (args: any) => Args
}

// biome-ignore lint/suspicious/noExplicitAny: the one type that every declared event is assignable to
export type AnyEventDef = EventDef<string, any>

/** The args that a materializer gets: what the event's schema puts out. */
export type ArgsOf<Def extends AnyEventDef> = StandardSchemaV1.InferOutput<Def['schema']>

/** What the app commits of any of these events. */
export type InputOf<Defs extends { readonly [key: string]: AnyEventDef }> = {
  [Key in keyof Defs]: StoreEvent.Input<Defs[Key]['name'], StandardSchemaV1.InferInput<Defs[Key]['schema']>>
}[keyof Defs]

type Options<Name extends string, Schema extends StandardSchemaV1> = {
  /** For ever: it stands in the log. Past tense, with a version: `v1.TodoCreated`. */
  readonly name: Name
  /** Any synchronous Standard Schema (Zod, Valibot, ArkType, …). */
  readonly schema: Schema
  /** Earlier declarations of what this event says: theirs in the log reach materializers as events of this one. */
  readonly upcasts?: readonly Upcast<StandardSchemaV1.InferInput<Schema>>[]
  /** Describes the args to `headwater check`, where the schema cannot do it itself. */
  readonly jsonSchema?: { readonly [keyword: string]: unknown }
}

/**
 * `EventDef<Name, Schema>`, said so that an event may be declared within `makeSchema`: of generic functions whose type says at
 * once that they return functions, TypeScript infers nothing until it has given up on the materializers beside them.
 */
type Declared<Name extends string, Schema extends StandardSchemaV1> = { [Of in Name]: EventDef<Of, Schema> }[Name]

export const Events = {
  /** An event that travels to the backend and to every client. */
  synced<const Name extends string, Schema extends StandardSchemaV1>(
    options: Options<Name, Schema>,
  ): Declared<Name, Schema> {
    return define(options, true, undefined)
  },

  /** An event that every tab of this browser sees and that no other client does. */
  clientOnly<const Name extends string, Schema extends StandardSchemaV1>(
    options: Options<Name, Schema> & {
      /** Drafts and keystrokes: of the events with one key only the last stays in the log. */
      readonly replaces?: string | ((args: StandardSchemaV1.InferOutput<Schema>) => string)
    },
  ): Declared<Name, Schema> {
    const { replaces } = options
    return define(options, false, typeof replaces === 'string' ? () => replaces : replaces)
  },

  /** Reads events of `from`, which the app no longer commits, as ones of the event that lists this among its `upcasts`. */
  upcast<From extends AnyEventDef, Args>(from: From, to: (args: ArgsOf<From>) => Args): Upcast<Args> {
    return { from, to }
  },
}

function define<Name extends string, Schema extends StandardSchemaV1>(
  { name, schema, upcasts = [], jsonSchema }: Options<Name, Schema>,
  synced: boolean,
  replaces: EventDef<Name, Schema>['replaces'],
): Declared<Name, Schema> {
  const make = (args: StandardSchemaV1.InferInput<Schema>) => ({ name, args })
  for (const [key, value] of Object.entries({ name, schema, synced, replaces, upcasts, jsonSchema })) {
    Object.defineProperty(make, key, { value, enumerable: true })
  }
  return make as unknown as Declared<Name, Schema>
}
