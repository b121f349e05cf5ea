/** From `hello` to a grant and a cursor that are known to be good. */
import { type Cursor, closeCodes, type FromClient, protocolVersion } from '../src/sync/wire.ts'
import type { Refusal } from './channel.ts'
import type { Context } from './context.ts'
import type { Grant } from './hooks.ts'
import { within } from './wait.ts'

export type Hello = Extract<FromClient, { type: 'hello' }>

/** Cheap checks of its form, before anybody is asked. */
export function checkHello({ v, storeId }: Hello): Refusal | null {
  if (v !== protocolVersion) {
    const message = `this backend speaks protocol version ${protocolVersion}, not ${v}`
    return { code: 'version', message, retry: false, close: closeCodes.version }
  }
  if (/^[A-Za-z0-9_-]{1,128}$/.test(storeId)) return null
  return badStore('a storeId is 1 to 128 of A-Z a-z 0-9 _ -')
}

/** The grant of a token for a store, or why there is none. */
export async function requestGrant(
  token: string | undefined,
  storeId: string,
  { authorize, env, limits, log }: Pick<Context, 'authorize' | 'env' | 'limits' | 'log'>,
): Promise<{ readonly grant: Grant } | Refusal> {
  let grant: Grant | null | undefined
  try {
    grant = await within(env, limits.hookMs, 'authorize', Promise.resolve(authorize({ token, storeId })))
  } catch (error) {
    log({ level: 'error', message: 'authorize failed', storeId, error })
  }
  if (!grant) return unauthorized('the token is not accepted')
  if (grant.expiresAt !== undefined && !(grant.expiresAt > env.now())) return unauthorized('the token has expired')
  if (grant.read) return { grant }
  return {
    code: 'forbidden',
    message: 'this store may not be read with this token',
    retry: false,
    close: closeCodes.forbidden,
  }
}

/** Opens the store, and sees whether the client's cursor is a place in its log. */
export async function checkHistory(
  { storeId, backendId, cursor }: Hello,
  grant: Grant,
  { engine, createStores }: Pick<Context, 'engine' | 'createStores'>,
): Promise<Refusal | null> {
  const opened = await engine.open(storeId, { create: createStores && grant.write })
  if (!opened) return badStore('there is no such store')
  if (backendId !== undefined && backendId !== opened.backendId) {
    return mismatch('backend_mismatch', `this is backend ${opened.backendId}, not ${backendId}`)
  }
  if (cursor.seq > opened.head.seq) {
    return mismatch('cursor_mismatch', `the cursor is at ${cursor.seq}, the log ends at ${opened.head.seq}`)
  }
  return (await isPlace(cursor)) ? null : mismatch('cursor_mismatch', `another commit ends at ${cursor.seq}, or none`)

  async function isPlace({ seq, commitId }: Cursor): Promise<boolean> {
    return seq === 0 || (await engine.commitAt(storeId, seq)) === commitId
  }
}

export function unauthorized(message: string): Refusal {
  return { code: 'unauthorized', message, retry: false, close: closeCodes.unauthorized }
}

function badStore(message: string): Refusal {
  return { code: 'bad_store', message, retry: false, close: closeCodes.badStore }
}

function mismatch(code: 'backend_mismatch' | 'cursor_mismatch', message: string): Refusal {
  return { code, message, retry: false, close: closeCodes.mismatch }
}
