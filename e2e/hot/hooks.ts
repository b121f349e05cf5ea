import { createHooks } from 'headwater/react'
import { schema } from './schema.ts'

export const { StoreProvider, useCommit, useQuery, useStore } = createHooks(schema)
