import type { Env } from '../replica/env.ts'
import type { OnBackendIdMismatch, Upstream } from '../replica/upstream.ts'
import type { Schema } from '../schema/schema.ts'
import { createTracer, type StorageProblem, type Tracer } from '../trace.ts'
import type { Politeness } from './builds.ts'
import type { Inspectable } from './inspector.ts'
import { type Leader, openLeader } from './resettable.ts'
import type { Storage } from './storage-port.ts'

export type TermOptions = {
  readonly schema: Schema
  /** Absent for an app without a backend. */
  readonly upstream?: Upstream | undefined
  readonly onBackendIdMismatch?: OnBackendIdMismatch | undefined
  readonly onTrace?: Tracer | undefined
  /** Devtools may ask the leader. */
  readonly devtools?: Inspectable | undefined
  readonly env: Env
  /** Ends this worker: the files of all its stores were cleared, and cannot be closed. */
  readonly onEvicted?: (() => void) | undefined
  readonly openStorage: (storeId: string) => Promise<Storage>
  /** Called again and again by what takes long. */
  readonly onBusy?: () => void
  readonly givesWay?: Politeness | undefined
}

/** One leader, from the opening of its databases to their end. */
export type Term = {
  readonly leader: Leader
  /** Rejects when the storage fails, and with `GaveWay`. */
  readonly failed: Promise<never>
  end(): void
}

/** `before` is why the last one failed: what was damaged is looked through. */
export async function openTerm(
  storeId: string,
  { openStorage, onTrace, ...options }: TermOptions,
  before: StorageProblem | undefined,
): Promise<Term> {
  const storage = await openStorage(storeId)
  const traces = createTracer()
  if (onTrace) traces.subscribe(onTrace)
  const failure = Promise.withResolvers<never>()
  const doubtful = before?.reason === 'damaged'
  const leader = openLeader({ ...options, storeId, storage, doubtful, traces, onFailed: failure.reject })
  return { leader, failed: failure.promise, end: leader.close }
}
