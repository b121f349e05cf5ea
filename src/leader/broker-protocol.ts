/**
 * What tabs, leader workers and the broker say to each other. The broker introduces: it hands each tab a port straight to
 * the leader of its store, and sees none of what passes there.
 *
 * ```
 *  tab ── want ──────────────▶ broker                     which store
 *      ◀── leader ───────────                             who leads it, now and after every change
 *      ── connect + port ────▶        ── session + port ─▶ leader worker
 *  leader worker ── lead ────▶ broker
 * ```
 *
 * A tab whose own worker leads hears so from the worker, and hands it the port itself.
 */
import type { StorageProblem } from '../trace.ts'

/** In the names of locks and channels: builds of another version do not disturb each other's messages. */
export const protocol = 'headwater:v1'

export const lockNames = {
  /** Held by the worker that leads a store. */
  leader: (storeId: string) => `${protocol}:leader:${storeId}`,
  /** Held by a tab for a session's life: who is granted it knows that the session is gone. */
  session: (sessionId: string) => `${protocol}:session:${sessionId}`,
  /** Held by a leader worker for life: likewise. */
  worker: (workerId: string) => `${protocol}:worker:${workerId}`,
  /** Held by the broker for life: likewise. */
  broker: (brokerId: string) => `${protocol}:broker:${brokerId}`,
}

/** The broker's name among SharedWorkers. */
export const brokerName = protocol

export type TabToBroker =
  | { readonly type: 'want'; readonly storeId: string }
  /** With the port that the leader is to serve. */
  | { readonly type: 'connect'; readonly storeId: string; readonly leaderId: string; readonly sessionId: string }
  /** With a port of this tab's leader worker. */
  | { readonly type: 'host' }
  | { readonly type: 'bye' }

export type BrokerToTab =
  | { readonly type: 'broker'; readonly brokerId: string }
  | { readonly type: 'leader'; readonly storeId: string; readonly leaderId: string | null }

export type HostToBroker =
  /** The worker's lock says how long. */
  | { readonly type: 'lead'; readonly storeId: string; readonly leaderId: string; readonly workerId: string }
  | { readonly type: 'resign'; readonly storeId: string; readonly leaderId: string }

/** With the port of a session. */
export type BrokerToHost = { readonly type: 'session'; readonly storeId: string; readonly sessionId: string }

export type TabToHost =
  /** With a port to the broker. */
  | { readonly type: 'broker' }
  | { readonly type: 'stand'; readonly storeId: string }
  | { readonly type: 'resign'; readonly storeId: string }
  /** With the port of a session of this tab. */
  | BrokerToHost
  | { readonly type: 'ping' }
  /** SQLite, as the tab compiled it; without it the worker tries by itself. */
  | { readonly type: 'sqlite'; readonly module: WebAssembly.Module | undefined }

/** Any of these says that the worker lives; `pong` says nothing else. */
export type HostToTab =
  | { readonly type: 'ready'; readonly workerId: string }
  | { readonly type: 'pong' }
  | { readonly type: 'leading'; readonly storeId: string; readonly leaderId: string }
  | { readonly type: 'failed'; readonly storeId: string; readonly problem: StorageProblem }
  | { readonly type: 'resigned'; readonly storeId: string }
