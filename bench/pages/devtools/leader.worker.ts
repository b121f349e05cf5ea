import { inspectable, startLeader } from 'headwater/worker'
import { schema } from '../commit/schema.ts'

startLeader({ schema, devtools: inspectable })
