import type { Env } from '../replica/env.ts'
import type { OnBackendIdMismatch, Upstream } from '../replica/upstream.ts'
import type { Schema } from '../schema/schema.ts'
import { createTracer, type Tracer } from '../trace.ts'
import type { Politeness } from './builds.ts'
import type { Inspectable } from './inspector.ts'
import { openLog } from './open-log.ts'
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
  readonly openStorage: (storeId: string, onBusy?: () => void) => Promise<Storage>
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

/** `damages` is how often in a row it was found damaged: it is looked through, and then condemned. */
export async function openTerm(
  storeId: string,
  { openStorage, onTrace, ...options }: TermOptions,
  damages: number,
): Promise<Term> {
  const storage = await openStorage(storeId, options.onBusy)
  const traces = createTracer()
  if (onTrace) traces.subscribe(onTrace)
  const failure = Promise.withResolvers<never>()
  const doubtful = damages > 0
  if (damages > 1) condemn(storeId, storage, options.env)
  const leader = openLeader({ ...options, storeId, storage, doubtful, traces, onFailed: failure.reject })
  return { leader, failed: failure.promise, end: leader.close }
}

/** Puts the log aside; the storage stays open. */
function condemn(storeId: string, storage: Storage, env: Env) {
  try {
    openLog({ storeId, storage, env, doubtful: true, condemned: true }).close()
  } catch (error) {
    storage.close()
    throw error
  }
}
