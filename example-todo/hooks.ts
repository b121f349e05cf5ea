import { createHooks } from 'headwater/react'
import { schema } from './schema.ts'

/** They know this app's events. */
export const hooks = createHooks(schema)
export const { StoreProvider, useCommit, useQuery, useStore, useSyncStatus } = hooks
