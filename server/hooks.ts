/** What an app decides: who may do what with a store, and which commits it takes. */
import type { WireCommit } from '../src/sync/wire.ts'

export type Grant = {
  /** Who it is; limits count by it. */
  readonly userId?: string | undefined
  readonly read: boolean
  readonly write: boolean
  /** When it ends, milliseconds since 1970. */
  readonly expiresAt?: number | undefined
}

/** Null, or a throw, means that the token is not good for anything. */
export type Authorize = (request: {
  readonly token: string | undefined
  readonly storeId: string
}) => Grant | null | undefined | Promise<Grant | null | undefined>

/** A string refuses the commit for good, and is the reason that its author is told. */
export type Validate = (
  commit: WireCommit,
  context: { readonly storeId: string; readonly userId: string | undefined },
) => string | undefined | Promise<string | undefined>
