import { makeWebAdapter } from 'headwater'
import { schema } from './schema.ts'

export const storeOptions = {
  schema,
  storeId: 'hot',
  adapter: makeWebAdapter({
    worker: () => new Worker(new URL('./leader.worker.ts', import.meta.url), { type: 'module' }),
  }),
}
