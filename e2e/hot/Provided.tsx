import { worker } from 'virtual:headwater/worker'
import { makeWebAdapter } from 'headwater'
import { StoreProvider } from './hooks.ts'
import { Notes } from './Notes.tsx'
import { schema } from './schema.ts'

const storeOptions = { schema, storeId: 'hot', adapter: makeWebAdapter({ worker }) }

/** With the plugin's worker. */
export function Provided() {
  return (
    <StoreProvider options={storeOptions}>
      <Notes />
    </StoreProvider>
  )
}
