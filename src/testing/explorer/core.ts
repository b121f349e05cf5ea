/** The pure functions that decide about the order, as a value: a test can break one on purpose and see it found. */
import { nextBatch } from '../../backend/batch.ts'
import { decide } from '../../backend/order.ts'
import { acceptedMessage, mergedMessage } from '../../leader/messages.ts'
import { fromBackend, fromHere, unseen } from '../../leader/order.ts'
import { resolve } from '../../replica/leader-api.ts'
import { loaded, ownUnconfirmed } from '../../session/rejoin.ts'
import { fold, merge } from '../../sync/merge.ts'
import { append, unaccept } from '../../sync/state.ts'

export const core = {
  append,
  unaccept,
  merge,
  fold,
  resolve,
  loaded,
  ownUnconfirmed,
  acceptedMessage,
  mergedMessage,
  fromBackend,
  fromHere,
  unseen,
  nextBatch,
  decide,
}

export type Core = typeof core
