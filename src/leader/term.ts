import { closeAll } from '../replica/closing.ts'
import type { Env } from '../replica/env.ts'
import type { Upstream } from '../replica/upstream.ts'
import type { Schema } from '../schema/schema.ts'
import { createTracer, type Tracer } from '../trace.ts'
import { type Leader, startLeader } from './leader.ts'
import { openStores } from './open.ts'
import type { Storage } from './storage-port.ts'

export type TermOptions = {
  readonly schema: Schema
  /** Absent for an app without a backend. */
  readonly upstream?: Upstream | undefined
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

export async function openTerm(
  storeId: string,
  { schema, upstream, onTrace, env, openStorage }: TermOptions,
): Promise<Term> {
  const storage = await openStorage(storeId)
  const traces = createTracer()
  if (onTrace) traces.subscribe(onTrace)
  const stores = openStores({ storage, schema, env, traces })
  const failure = Promise.withResolvers<never>()
  const leader = startLeader({
    storeId,
    schema,
    log: stores.log,
    state: stores.state,
    storage,
    env,
    traces,
    upstream,
    onFailed: failure.reject,
  })
  return {
    leader,
    failed: failure.promise,
    end: () => closeAll(leader.close, stores.close),
  }
}
