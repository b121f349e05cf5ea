import { lockNames } from '../leader/broker-protocol.ts'
import { type Locks, listen, type Port } from '../leader/ports.ts'
import type { Env } from '../replica/env.ts'
import { assertStoreId } from '../session/store.ts'
import { browserTab } from './tab-world.ts'

/** What a wipe needs of the world. */
export type WipeWorld = {
  readonly env: Env
  readonly locks: Locks
  openChannel(name: string): Port
  /** Removes the files of a store; false where a worker still holds one of them. */
  removeFiles(storeId: string): Promise<boolean>
}

/** A tab did not let go of the store in time: it is frozen, perhaps. Nothing was wiped. */
export class WipeBlocked extends Error {
  override name = 'WipeBlocked'

  constructor(storeId: string) {
    super(`a tab has "${storeId}" open and does not let go of it; close the tabs of this app, and wipe again`)
  }
}

const channelName = (storeId: string) => `headwater:v1:wipe:${storeId}`

/** Between two calls to let go, and two attempts to remove the files, milliseconds. */
const repeatEvery = 100

/** Calls back when somebody wipes the store. */
export function onWipe(openChannel: WipeWorld['openChannel'], storeId: string, call: () => void): () => void {
  const channel = openChannel(channelName(storeId))
  listen(channel, call)
  return () => channel.close()
}

/**
 * Removes all that this browser keeps of a store: its log with what the backend does not have, its state, its archives. For a
 * logout. Where the store is open, in this tab or in others, it is closed: `store.closed` and the receipts tell `StoreReset`.
 * Rejects with `WipeBlocked` if a tab does not let go of it within `timeoutMs` (10,000).
 */
export async function wipe(storeId: string, { timeoutMs = 10_000 } = {}, world: WipeWorld = browser): Promise<void> {
  assertStoreId(storeId)
  const { env, locks } = world
  const abort = new AbortController()
  const channel = world.openChannel(channelName(storeId))
  const blocked = new WipeBlocked(storeId)
  const cancelTimeout = env.after(timeoutMs, () => abort.abort(blocked))
  let cancelCall = () => {}
  /** Again and again: a tab may open the store while others let go of it. */
  const callOut = () => {
    channel.postMessage('wipe')
    cancelCall = env.after(repeatEvery, callOut)
  }

  const remove = async () => {
    while (!(await world.removeFiles(storeId))) {
      if (abort.signal.aborted) throw blocked
      await new Promise<void>((resolve) => env.after(repeatEvery, resolve))
    }
  }

  callOut()
  try {
    await locks.request(lockNames.leader(storeId), { signal: abort.signal }, remove)
  } finally {
    cancelTimeout()
    cancelCall()
    channel.close()
  }
}

const browser: WipeWorld = {
  ...browserTab,
  async removeFiles(storeId) {
    try {
      const root = await navigator.storage.getDirectory()
      const stores = await root.getDirectoryHandle('headwater')
      await stores.removeEntry(storeId, { recursive: true })
      return true
    } catch (error) {
      const { name } = error as Error
      if (name === 'NotFoundError' || name === 'SecurityError') return true // nothing is there, or this browser keeps no files
      if (name === 'NoModificationAllowedError' || name === 'InvalidStateError') return false
      throw error
    }
  },
}
