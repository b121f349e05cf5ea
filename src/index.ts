export { nanoid } from 'nanoid'
export { type InMemoryAdapterOptions, makeInMemoryAdapter } from './adapter/memory.ts'
export { BootFailed, makeWebAdapter, type WebAdapterOptions } from './adapter/web.ts'
export { WipeBlocked, wipe } from './adapter/wipe.ts'
export { makeWebSocketBackend, type WebSocketBackendOptions } from './backend/websocket.ts'
export type { Commit, EncodedEvent } from './event/commit.ts'
export * as EventSequenceNumber from './event/sequence-number.ts'
export * as StoreEvent from './event/store-event.ts'
export {
  BackendMismatch,
  BacklogFull,
  CommitSettled,
  CommitTooLarge,
  ImportRefused,
  MaterializeError,
  type Outcome,
  OutdatedBuild,
  StoreClosed,
  StoreReset,
} from './replica/errors.ts'
export type { Skipped } from './replica/state.ts'
export type { OnBackendIdMismatch, SyncOptions } from './replica/upstream.ts'
export { type ClientDocuments, clientDocuments, documentQuery, setDocument } from './schema/client-document.ts'
export type { ConflictDecision, OnConflict } from './schema/conflict.ts'
export { clientOnly, type FullTextOptions, fullText } from './schema/ddl.ts'
export type { DecodedCommit } from './schema/decoded-commit.ts'
export { InvalidArgs, SchemaError, UnknownEvent } from './schema/errors.ts'
export { type EventDef, Events, type InputOf, type Upcast } from './schema/events.ts'
export {
  $with,
  deleteFrom,
  insert,
  prepare,
  type Query,
  type Statement,
  select,
  selectDistinct,
  update,
  type Write,
  withQueries,
} from './schema/query.ts'
export {
  type Materializer,
  type MaterializerContext,
  makeSchema,
  type Schema,
  type UnknownEventHandling,
} from './schema/schema.ts'
export type { Adapter } from './session/adapter.ts'
export type { BootStatus } from './session/boot.ts'
export { guardCommits } from './session/commit-guard.ts'
export { type Computed, computed, type Get, type Reactive, type Signal, signal } from './session/computed.ts'
export type { ConfirmedEvent, EventsOptions } from './session/confirmed-events.ts'
export { share } from './session/equal.ts'
export type { Live } from './session/graph.ts'
export type { LeaderListener, PageInspection, StoreInspection } from './session/inspection.ts'
export type { Explanation, LiveOptions, LiveQuery } from './session/live-query.ts'
export type { Parked, ParkedCommits } from './session/parked.ts'
export { keyOfQuery, LeaderQueryRefused, type QueryLeaderOptions, queryLeader } from './session/query-leader.ts'
export type { Receipt } from './session/receipts.ts'
export { createSeed, readSeed, type Seed, type SeedJson } from './session/seed.ts'
export type { StoreExport } from './session/session.ts'
export { printHeads, type SyncStatus } from './session/status.ts'
export type { StorageEstimate, StoreStorage } from './session/storage.ts'
export { createStorePromise, InvalidStoreId, type Shutdown, type Store, type StoreOptions } from './session/store.ts'
export type { Unconfirmed } from './session/unconfirmed.ts'
export { SqliteError } from './sqlite/port.ts'
export type { Connection, ConnectionFailure } from './sync/connection.ts'
export type { Archive, StorageProblem, StorageStatus, Trace, Tracer } from './trace.ts'
