import { type Connection, printHeads, type StorageProblem } from 'headwater'
import { useStore, useSyncStatus } from './hooks.ts'
import { useSeconds } from './use-seconds.ts'

/** How far each tier is, and the switch that cuts this browser off from the backend. */
export function StatusBar() {
  const status = useSyncStatus()
  const { session, leader, connection, storage } = status
  return (
    <section className="status" aria-label="Sync status">
      <div className="status-row">
        <ConnectionState {...connection} />
        <Count
          n={session.pending}
          what="pending"
          hint="Commits of this tab that are not yet in the log of this browser"
        />
        <Count n={leader.unconfirmed} what="unconfirmed" hint="Persisted commits that the backend has not confirmed" />
        <OfflineSwitch isOffline={connection.name === 'offline'} />
      </div>
      <ConnectionDetail connection={connection} />
      <div className="status-row">
        <span className="heads" data-testid="heads">
          {printHeads(status)}
        </span>
        {storage && (
          <span className="storage" data-testid="storage" title={storage.problem?.message}>
            {storage.problem ? problemNames[storage.problem.reason] : `stored in ${storageNames[storage.kind]}`}
          </span>
        )}
      </div>
    </section>
  )
}

const storageNames = { opfs: 'this browser (opfs)', memory: 'memory only' } as const

/** In short; the whole sentence is the tooltip. */
const problemNames: Record<StorageProblem['reason'], string> = {
  missing: 'memory only: no files here',
  full: 'not stored: the disk is full',
  blocked: 'not stored: blocked by another tab',
  evicted: 'the stored data was cleared',
  damaged: 'not stored: the log is damaged',
  newer: 'not stored: the log is of a newer version',
  io: 'not stored: the disk fails',
}

function Count({ n, what, hint }: { n: number; what: 'pending' | 'unconfirmed'; hint: string }) {
  return (
    <span className="count" data-testid={what} data-none={n === 0 || undefined} title={hint}>
      {n} {what}
    </span>
  )
}

function OfflineSwitch({ isOffline }: { isOffline: boolean }) {
  const store = useStore()
  return (
    <button
      className="switch"
      type="button"
      role="switch"
      aria-checked={isOffline}
      onClick={() => store.setOnline(isOffline)}
    >
      Work offline
    </button>
  )
}

/** In one word, which screen readers are told when it changes. */
function ConnectionState({ name }: Connection) {
  return (
    <span className="connection" role="status" data-testid="connection" data-state={name}>
      {name}
    </span>
  )
}

/** Why there is no connection, and what comes next. */
function ConnectionDetail({ connection }: { connection: Connection }) {
  switch (connection.name) {
    case 'waiting':
      return <NextTry {...connection} />
    case 'stopped':
      return <p className="detail">{connection.reason}</p>
    default:
      return null
  }
}

function NextTry({ retryAt, reason }: { retryAt: number; reason: string }) {
  const seconds = useSeconds(retryAt)
  return (
    <p className="detail" data-testid="next-try">
      next try in {seconds} s: {reason}
    </p>
  )
}
