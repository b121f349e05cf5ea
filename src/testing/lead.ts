/** What tests of the leader share. */
import type { Commit } from '../event/commit.ts'
import { inspectable } from '../leader/inspector.ts'
import { startLeader } from '../leader/leader.ts'
import { memoryStorage } from '../leader/memory-storage.ts'
import { openStores } from '../leader/open.ts'
import type { Storage } from '../leader/storage-port.ts'
import type { AboutOrder, FromLeader, LeaderApi } from '../replica/leader-api.ts'
import { contentOf, schema as plain } from '../replica/testing.ts'
import type { Downstream } from '../replica/upstream.ts'
import type { Schema } from '../schema/schema.ts'
import type { Sqlite } from '../sqlite/port.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { ids } from '../sync/testing.ts'
import { createTracer } from '../trace.ts'
import { manualEnv } from './manual-env.ts'

const sqlite = await loadSqlite()

/** A leader with its databases, of which the log can be that of an earlier leader. What it is told from above, the test says. */
export function lead(eventLog: Sqlite = sqlite.open(), schema: Schema = plain) {
  const world = manualEnv()
  let stateDb = eventLog
  const storage: Storage = {
    ...memoryStorage(sqlite),
    open(file) {
      if (file === 'eventlog.db') return eventLog
      stateDb = sqlite.open()
      return stateDb
    },
  }
  const traces = createTracer()
  const stores = openStores({ storeId: 'store', storage, schema, env: world.env, traces })
  let downstream: Downstream | undefined
  const leader = startLeader({
    leaderId: world.env.randomId(8),
    storeId: 'store',
    schema,
    ...stores,
    storage,
    env: world.env,
    traces,
    devtools: inspectable,
    upstream(given) {
      downstream = given
      return { wake: () => undefined, setOnline: () => undefined, close: () => undefined }
    },
    onFailed: (error) => {
      throw error
    },
    onMismatch: () => undefined,
  })

  const join = async (sessionId: string, resume?: { head: Commit[]; unconfirmed: string[] }) => {
    const api = leader.connect()
    const told: AboutOrder[] = []
    /** What the log had when a message came. */
    const logged: (string | undefined)[][] = []
    const joined = await api.join(
      {
        sessionId,
        fingerprint: schema.fingerprint,
        resume: resume && {
          epoch: stores.log.identity.epoch,
          head: { global: resume.head.length, client: 0, rebaseGeneration: 0 },
          unconfirmed: resume.unconfirmed,
        },
      },
      (json) => {
        const message = JSON.parse(json) as FromLeader
        if (message.type !== 'advanced' && message.type !== 'rebased') return
        told.push(message)
        const named = message.accepted.map((ref) => ('commitId' in ref ? ref.commitId : ref[0]))
        logged.push(named.map((commitId) => stores.log.find(commitId)?.state))
      },
    )
    const push = async (...commits: Commit[]) => {
      await api.push(JSON.stringify(commits.map((commit) => ({ ...commit, sessionId }))))
      world.advance(0)
    }
    return { joined, told, logged, push }
  }

  const backend = (seq: number, confirmed: Commit[], settled: Parameters<Downstream['pull']>[0]['settled'] = []) =>
    downstream!.pull({
      backendId: 'backend1',
      confirmed,
      settled,
      cursor: { seq, commitId: confirmed.at(-1)?.commitId ?? null },
    })

  return {
    join,
    connect: (): LeaderApi => ({ ...leader.connect(), reset: async () => undefined, importLog: async () => undefined }),
    live: world.live,
    backend,
    /** The backend says how far its log is. */
    backendHead: (seq: number) => downstream!.backendHead(seq),
    log: stores.log,
    unpushed: () => ids([...downstream!.unpushed()]),
    content: () => contentOf(stateDb),
    /** The leader's thread dies: what is on disk stays. */
    crash() {
      const left = sqlite.open()
      left.deserialize(eventLog.serialize())
      return left
    },
  }
}
