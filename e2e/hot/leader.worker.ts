import { startLeader } from 'headwater/worker'
import { schema } from './schema.ts'

startLeader({ schema })
