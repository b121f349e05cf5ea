import { startLeader } from 'headwater/worker'
import { steeredBackend } from './backend.ts'
import { schemaOf } from './schema.ts'

const params = new URLSearchParams(self.location.search)
const { schema } = schemaOf(Number(params.get('variant')))

startLeader({ schema, sync: params.has('mockSync') ? { backend: steeredBackend() } : undefined })
