import type { Env } from '../replica/env.ts'
import type { OnBackendIdMismatch, Upstream } from '../replica/upstream.ts'
import type { Schema } from '../schema/schema.ts'
import { createTracer, type Tracer } from '../trace.ts'
import { type Leader, openLeader } from './resettable.ts'
import type { Storage } from './storage-port.ts'

export type TermOptions = {
  readonly schema: Schema
  /** Absent for an app without a backend. */
  readonly upstream?: Upstream | undefined
  readonly onBackendIdMismatch?: OnBackendIdMismatch | undefined
  readonly onTrace?: Tracer | undefined
  readonly env: Env
  readonly openStorage: (storeId: string) => Promise<Storage>
}

/** One leader, from the opening of its databases to their end. */
export type Term = {
  readonly leader: Leader
  /** Rejects when the storage fails. */
  readonly failed: Promise<never>
  end(): void
}

export async function openTerm(storeId: string, { openStorage, onTrace, ...options }: TermOptions): Promise<Term> {
  const storage = await openStorage(storeId)
  const traces = createTracer()
  if (onTrace) traces.subscribe(onTrace)
  const failure = Promise.withResolvers<never>()
  const leader = openLeader({ ...options, storeId, storage, traces, onFailed: failure.reject })
  return { leader, failed: failure.promise, end: leader.close }
}
