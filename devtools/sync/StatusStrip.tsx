import type { ReactNode } from 'react'
import type { SyncStatus } from '../../src/index.ts'
import { inText, type Model } from '../model.ts'

const glyphs: Record<SyncStatus['connection']['name'], string> = {
  online: '●',
  connecting: '◌',
  waiting: '◔',
  offline: '○',
  none: '–',
  stopped: '✕',
}

/** Who leads, how the connection is, and what waits. */
export function StatusStrip({ model, now }: { model: Model; now: number }) {
  const { name, status, backend, leader, tabs, storm, refused } = model
  if (!status) return null
  const { connection, storage } = status
  const roundTrips = [...backend.roundTrips].sort((a, b) => a - b)
  const median = roundTrips[Math.floor(roundTrips.length / 2)]
  const unconfirmed = leader?.order.pending.count ?? status.leader.unconfirmed
  const isStormy = storm && now - storm.at < 2_000
  return (
    <div className="strip">
      <span className="chip connection" data-state={connection.name} role="status">
        <span aria-hidden="true">{glyphs[connection.name]} </span>
        {connection.name === 'none' ? 'no backend' : connection.name}
      </span>
      {connection.name === 'waiting' && (
        <Fact name="next try">in {Math.max(0, Math.ceil((connection.retryAt - now) / 1_000))} s</Fact>
      )}
      <Fact name="leader">
        {status.leader.leaderId === undefined ? 'none' : status.leader.isHere ? inText(name) : 'another tab'}
      </Fact>
      <Fact name="tabs">{tabs.length}</Fact>
      <Fact name="round trip">{median === undefined ? '–' : `${median.toFixed(median < 10 ? 1 : 0)} ms`}</Fact>
      <Fact name="backend heard">{backend.heardAt === undefined ? '–' : ago(now - backend.heardAt)}</Fact>
      <Fact name="pending here">{status.session.pending.toLocaleString('en')}</Fact>
      <Fact name="unconfirmed">{unconfirmed.toLocaleString('en')}</Fact>
      {status.parked > 0 && <Fact name="parked">{status.parked}</Fact>}
      {storage && <Fact name="stored in">{storage.problem ? storage.problem.reason : storage.kind}</Fact>}
      {isStormy && <span className="chip storm">≈ {storm.perSecond.toLocaleString('en')} traces/s, summed up</span>}
      {connection.name === 'stopped' && <p className="trouble">Stopped: {connection.reason}</p>}
      {connection.name === 'waiting' && <p className="trouble">{connection.reason}</p>}
      {refused && <p className="trouble">{refused}</p>}
    </div>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <span className="fact">
      <span className="name">{name}</span> <b>{children}</b>
    </span>
  )
}

const ago = (ms: number) => (ms < 1_500 ? 'just now' : `${Math.round(ms / 1_000)} s ago`)
