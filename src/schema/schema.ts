import type { StandardSchemaV1 } from '@standard-schema/spec'
import { is } from 'drizzle-orm'
import { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Commit, EncodedEvent } from '../event/commit.ts'
import { decodeArgs, encodeArgs } from '../event/encode.ts'
import type * as StoreEvent from '../event/store-event.ts'
import { doWithoutBuffer } from './blob-columns.ts'
import { documentsOf } from './client-document.ts'
import type { OnConflict } from './conflict.ts'
import { ddlOf, isClientOnly, tableName } from './ddl.ts'
import type { DecodedCommit } from './decoded-commit.ts'
import { InvalidArgs, SchemaError, UnknownEvent } from './errors.ts'
import type { AnyEventDef, ArgsOf } from './events.ts'
import type { Query, Write } from './query.ts'

export type MaterializerContext = {
  /** Reads the state as it is right before the event, this commit's earlier events included. */
  query<Row>(query: Query<Row>): Row[]
}

/** A pure function of the event and of what it reads through `ctx.query`: every client must come to the same rows. */
export type Materializer<Args> = (args: Args, ctx: MaterializerContext) => Write | readonly Write[]

/** One materializer for each event, under the event's name. */
export type Materializers<Defs extends { readonly [key: string]: AnyEventDef }> = {
  // No `as` clause: TypeScript would not tell a materializer the types of its args.
  readonly [Name in Defs[keyof Defs]['name']]: Materializer<ArgsByName<Defs>[Name]>
}

/** Looking a name up here costs the compiler less than looking through all events for it. */
type ArgsByName<Defs extends { readonly [key: string]: AnyEventDef }> = {
  [Key in keyof Defs as Defs[Key]['name']]: ArgsOf<Defs[Key]>
}

/**
 * What to do with an event from a newer version of the app. It stays in the log, and applies after an upgrade that knows it.
 *
 * - `warn`: the rest of its commit applies, and the console tells of the name, once
 * - `ignore`: the same, without a word
 * - `fail`: nothing is taken from the commit on. The connection is `stopped` with `code: 'unknown_event'`, this client's own commits
 *   are kept, and a build that knows the event goes on by itself
 * - a callback: the rest of its commit applies, and the callback hears of the event, in the leader and in every tab, each time that
 *   it would apply
 */
export type UnknownEventHandling =
  | 'warn'
  | 'ignore'
  | 'fail'
  | { readonly strategy: 'callback'; readonly onUnknownEvent: (event: StoreEvent.Input) => void }

export type Schema<Defs extends { readonly [key: string]: AnyEventDef } = { readonly [key: string]: AnyEventDef }> = {
  readonly version: string
  readonly builtAt: number | undefined
  readonly events: Defs
  /** The statements that make an empty state. */
  readonly ddl: readonly string[]
  /** What the state depends on: another one means that the state is made again from the log. */
  readonly fingerprint: string
  readonly tables: ReadonlySet<string>
  readonly clientOnlyTables: ReadonlySet<string>
  readonly unknownEventHandling: UnknownEventHandling
  // biome-ignore lint/suspicious/noExplicitAny: a schema of some events is one of any
  readonly onConflict: OnConflict<any> | undefined
  /** An event that can be committed. */
  eventDef(name: string): AnyEventDef | undefined
  /** How an event in the log is read: one that can be committed, or an earlier one with an upcast. */
  eventReader(name: string): EventReader | undefined
  // biome-ignore lint/suspicious/noExplicitAny: the args were validated by the event's schema
  materializer(name: string): Materializer<any> | undefined
}

export type EventReader = {
  /** As which event it reaches materializers. */
  readonly def: AnyEventDef
  /** Throws `InvalidArgs`. */
  readonly read: (args: unknown) => unknown
  /** What was read already: a replay must not pay for validation again. */
  readonly known: WeakMap<EncodedEvent, unknown>
}

/**
 * What an app is made of.
 *
 * Throws a `SchemaError` for duplicate event names, tables without a primary key, and materializers that do not match the events.
 */
export function makeSchema<
  const Tables extends { readonly [key: string]: SQLiteTable },
  const Defs extends { readonly [key: string]: AnyEventDef },
>(options: {
  /**
   * Changes whenever a materializer does: the state is then made again from the log. The Vite plugin `headwater()` gives it;
   * without the plugin it is required.
   */
  readonly version?: string | undefined
  /**
   * When this build was made, milliseconds since 1970: of two builds that are open at once, the newer one leads. The Vite plugin
   * gives it; nothing is made again because of it.
   */
  readonly builtAt?: number | undefined
  readonly tables: Tables
  readonly events: Defs
  readonly materializers: Materializers<Defs>
  readonly unknownEventHandling?: UnknownEventHandling
  /** What becomes of a commit of this client that no longer applies after a rebase; without it the commit is parked. */
  readonly onConflict?: OnConflict<NoInfer<Defs>> | undefined
}): Schema<Defs> {
  const { version, builtAt, tables, events, unknownEventHandling = 'warn', onConflict } = options
  if (!version) {
    throw new SchemaError(
      'makeSchema has no version, so nothing tells when the tables are to be made again: list this file in the Vite plugin, ' +
        'headwater({ schema: "./src/schema.ts" }) of headwater/vite, or give a version, e.g. version: "1"',
    )
  }
  if (typeof version !== 'string')
    throw new SchemaError(`the version of makeSchema is a ${typeof version}, not a string`)
  const ddl = Object.entries(tables).flatMap(([key, table]) => namedDdl(key, table))
  const tableList = Object.values(tables)
  const documents = tableList.flatMap((table) => documentsOf(table) ?? [])
  const defs = byName([...Object.values(events), ...documents.map(({ event }) => event)])
  const readers = readersByName(defs)
  const ofDocuments = documents.map(({ event, materializer }) => [event.name, materializer])
  const materializers = materializersByName({ ...options.materializers, ...Object.fromEntries(ofDocuments) }, defs)
  return {
    version,
    builtAt,
    events,
    ddl,
    fingerprint: JSON.stringify([version, ...ddl]),
    tables: uniqueNames(tableList),
    clientOnlyTables: new Set(tableList.filter(isClientOnly).map(tableName)),
    unknownEventHandling,
    onConflict,
    eventDef: (name) => defs.get(name),
    eventReader: (name) => readers.get(name),
    materializer: (name) => materializers.get(name),
  }
}

/** Validates and encodes what the app commits. Throws `UnknownEvent` or `InvalidArgs`. */
export function encodeEvent(schema: Schema, { name, args }: StoreEvent.Input): EncodedEvent {
  const def = schema.eventDef(name)
  if (!def) throw new UnknownEvent(name)
  const valid = validate(def, args)
  try {
    const { args: encoded, kinds, exact } = encodeArgs(valid)
    const { synced } = def
    const event: EncodedEvent = kinds ? { name, args: encoded, kinds, synced } : { name, args: encoded, synced }
    if (exact) schema.eventReader(name)?.known.set(event, valid)
    return event
  } catch (cause) {
    throw new InvalidArgs(name, '', (cause as Error).message, { cause })
  }
}

/**
 * The args as the event's schema puts them out today: an older event gets the defaults of newer fields. They are kept for the next
 * time, unless this is said to be `once`: to keep those of 100,000 events costs as much as a fifth of applying them.
 */
export function decodeEvent(reader: EventReader, event: EncodedEvent, once = false): unknown {
  const known = reader.known.get(event)
  if (known !== undefined) return known
  const args = reader.read(decodeArgs(event.args, event.kinds))
  if (!once && typeof args === 'object' && args !== null) reader.known.set(event, args)
  return args
}

/** The name of the first event that the schema cannot read. */
export function firstUnknown(schema: Schema, commits: readonly Commit[]): string | undefined {
  for (const { events } of commits) {
    for (const { name } of events) if (!schema.eventReader(name)) return name
  }
  return undefined
}

/** A commit as apps see it. */
export function decodeCommit(schema: Schema, commit: Commit): DecodedCommit<{ readonly [key: string]: AnyEventDef }> {
  const { commitId, clientId, sessionId, at, events } = commit
  return { commitId, clientId, sessionId, at, events: events.map((event) => decodedEvent(schema, event)) }
}

/** An event that is unknown here, or whose args are those of another version, is shown as it is. */
function decodedEvent(schema: Schema, event: EncodedEvent): StoreEvent.Input {
  const reader = schema.eventReader(event.name)
  try {
    if (reader) return { name: reader.def.name, args: decodeEvent(reader, event) }
  } catch {
    // Such a commit does not apply because of that; here it is only shown.
  }
  return { name: event.name, args: decodeArgs(event.args, event.kinds) }
}

function validate(def: AnyEventDef, args: unknown): unknown {
  const result = (def.schema as StandardSchemaV1)['~standard'].validate(args)
  if (result instanceof Promise) {
    throw new InvalidArgs(
      def.name,
      '',
      'its schema is asynchronous, and commit() is synchronous; use a synchronous schema',
    )
  }
  if (!result.issues) return result.value
  const [issue] = result.issues
  const path = issue?.path?.map((part) => String(typeof part === 'object' ? part.key : part)).join('.') ?? ''
  throw new InvalidArgs(def.name, path, issue?.message ?? 'invalid args')
}

/** Without it there is no fingerprint: nothing could tell whether a state that is there is one of this schema. */
function namedDdl(key: string, table: SQLiteTable): string[] {
  if (!is(table, SQLiteTable)) {
    const hint = table === undefined ? '; was it imported in a circle, and is not there yet?' : ''
    throw new SchemaError(`tables.${key} is no sqliteTable() of drizzle-orm/sqlite-core${hint}`)
  }
  try {
    doWithoutBuffer(table)
    return ddlOf(table)
  } catch (cause) {
    if (cause instanceof SchemaError) throw cause
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new SchemaError(`the SQL of table "${tableName(table)}" cannot be written: ${message}`, { cause })
  }
}

function byName(events: readonly AnyEventDef[]): Map<string, AnyEventDef> {
  const defs = new Map<string, AnyEventDef>()
  for (const def of events) {
    if (defs.has(def.name))
      throw new SchemaError(`two events are named "${def.name}"; a name stands for one event for ever`)
    if (!def.name || def.name.length > 128)
      throw new SchemaError(`"${def.name}" is not an event name of 1 to 128 characters`)
    defs.set(def.name, def)
  }
  return defs
}

/** Upcasts may stand in a chain: from the first version to the second, and from there to the third. */
function readersByName(defs: ReadonlyMap<string, AnyEventDef>): Map<string, EventReader> {
  const readers = new Map<string, EventReader>()
  const add = (from: AnyEventDef, def: AnyEventDef, read: EventReader['read']) => {
    if (readers.has(from.name) || (from !== def && defs.has(from.name)))
      throw new SchemaError(
        `"${from.name}" is declared twice; an event that is upcast is not one of the events besides`,
      )
    if (from.synced !== def.synced)
      throw new SchemaError(
        `"${from.name}" cannot become "${def.name}": one of them is synced, the other is client-only`,
      )
    readers.set(from.name, { def, read, known: new WeakMap() })
    for (const { from: older, to } of from.upcasts) add(older, def, (args) => read(upcast(older, from, to, args)))
  }
  for (const def of defs.values()) add(def, def, (args) => validate(def, args))
  return readers
}

function upcast(older: AnyEventDef, { name }: AnyEventDef, to: (args: unknown) => unknown, args: unknown): unknown {
  const valid = validate(older, args)
  try {
    return to(valid)
  } catch (cause) {
    throw new InvalidArgs(older.name, '', `the upcast to ${name} failed: ${(cause as Error)?.message ?? cause}`, {
      cause,
    })
  }
}

function materializersByName(materializers: object, defs: ReadonlyMap<string, AnyEventDef>) {
  const surplus = Object.keys(materializers).find((name) => !defs.has(name))
  if (surplus) throw new SchemaError(`there is a materializer for "${surplus}", and no event of that name`)
  const found = new Map<string, Materializer<unknown>>(Object.entries(materializers))
  for (const name of defs.keys()) {
    if (typeof found.get(name) !== 'function') throw new SchemaError(`event "${name}" has no materializer`)
  }
  return found
}

function uniqueNames(tables: readonly SQLiteTable[]): Set<string> {
  const names = new Set<string>()
  for (const name of tables.map(tableName)) {
    if (names.has(name)) throw new SchemaError(`two tables are named "${name}"`)
    names.add(name)
  }
  return names
}
