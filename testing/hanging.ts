import type { Schema, SyncStatus } from '../src/index.ts'
import type { TestClient, TestTab } from './client.ts'

type Waiting<Events extends Schema['events']> = Pick<TestClient<Events>, 'name' | 'leader'> & {
  readonly isCut: boolean
  open(): readonly TestTab<Events>[]
}

/** What is not done yet, in words. `head` is the number of the last event at the backend. */
export function hanging<Events extends Schema['events']>(clients: readonly Waiting<Events>[], head: number): string[] {
  return clients.flatMap((client) => {
    const awake = client.open().filter((tab) => !tab.isFrozen)
    if (awake.length === 0) return []
    const { leader } = client
    if (!leader) return [`${client.name}: no tab leads`]
    const frozen = leader.isFrozen ? `, and the tab that leads, ${leader.name}, is frozen` : ''
    const found = awake.flatMap(({ name, store }) =>
      waits(store.status.getState(), client.isCut ? undefined : head).map((what) => `${name}: ${what}${frozen}`),
    )
    if (found.length > 0) return found
    const heads = new Set(awake.map(({ store }) => shownBy(store.status.getState())))
    return heads.size > 1 ? [`${client.name}: its tabs show ${[...heads].join(' and ')}${frozen}`] : []
  })
}

/** What a tab waits for. Without a `head` nothing is expected of the backend. */
function waits({ session, leader, connection }: SyncStatus, head: number | undefined): string[] {
  if (session.pending > 0) return [`${commits(session.pending)} not persisted`]
  if (head === undefined) return []
  if (connection.name !== 'online') return [`is not connected: ${JSON.stringify(connection)}`]
  if (leader.unconfirmed > 0) return [`${commits(leader.unconfirmed)} not confirmed`]
  return session.head.global === head ? [] : [`shows e${session.head.global}, while the backend has e${head}`]
}

const commits = (count: number) => (count === 1 ? '1 commit is' : `${count} commits are`)

const shownBy = ({ session: { head } }: SyncStatus) => `e${head.global}.${head.client}`
