/** What may happen between a leader and the backend. */

import { fromWire, toWire } from '../../backend/batch.ts'
import { type Commit, isSynced, syncedCount } from '../../event/commit.ts'
import { defaultLimits } from '../../sync/wire.ts'
import type { Core } from './core.ts'
import { leaderFollows } from './leader.ts'
import { type Answer, type Client, foreignCommit, type LinkState, type Push, type Scope, type Step } from './model.ts'
import { Broken } from './rules.ts'

/** The backend's log as a client sees it: null where it is its own, else how many events another one's has. */
export type View = readonly (number | null)[]

/** The commits of the log, as the backend sends them to `client`. */
export function feedOf(client: Client, view: View): Commit[] {
  let own = 0
  return view.map((size, index) =>
    size === null ? fromWire(toWire(client.stored[own++]!)) : foreignCommit(index, size),
  )
}

export function stepsOutside(core: Core, scope: Scope, client: Client, feed: readonly Commit[]): Step[] {
  const { online, push, stray } = client.link
  const steps = stray.flatMap((lost, at) => ofStray(core, client, feed, lost, at))
  if (!online) {
    steps.push({ what: 'leader connects', take: () => pushNext(core, { ...client, link: connected(client.link) }) })
    return steps
  }
  if (client.disconnects < scope.disconnects) {
    steps.push({ what: 'the connection is lost', take: () => disconnect(client), uses: 'disconnects' })
  }
  if (push && !push.answered) steps.push(...ofPush(core, scope, client, feed, push))
  return [...steps, ...ofFeed(core, client, feed), ...ofAnswer(core, client)]
}

function withLink(client: Client, change: Partial<LinkState>): Client {
  return { ...client, link: { ...client.link, ...change } }
}

export function connected({ stray }: LinkState): LinkState {
  return { online: true, push: undefined, answers: [], stray }
}

/** The connection ends: answers are lost, and a push that was sent may still be taken, or not. */
export function withStray({ push, stray }: LinkState): LinkState {
  const sent = push && !push.answered ? [...stray, push] : stray
  return { online: false, push: undefined, answers: [], stray: sent }
}

function disconnect(client: Client): Client {
  return { ...client, link: withStray(client.link), disconnects: client.disconnects + 1 }
}

/** As `pushNext` of link.ts: one push at a time, of all that is not confirmed, on what came so far. */
export function pushNext(core: Core, client: Client): Client {
  const { sync } = client.leader
  if (!client.link.online || client.link.push) return client
  const batch = core.nextBatch(sync.pending.filter(isSynced), defaultLimits)
  if (!batch) return client
  return withLink(client, { push: { parent: sync.confirmed.global, commits: batch.commits, answered: false } })
}

function decisionOn(core: Core, feed: readonly Commit[], { parent, commits }: Push) {
  const head = { seq: countEvents(feed), commitId: feed.at(-1)?.commitId ?? null }
  return core.decide(head, {
    parent,
    commits: commits.map((one) => ({ commitId: one.commitId, count: syncedCount(one) })),
  })
}

function countEvents(commits: readonly Commit[]): number {
  return commits.reduce((count, one) => count + syncedCount(one), 0)
}

/** As the server's push desk: appended, or only what is before the first that is rejected; or answered with `ahead`. */
function ofPush(core: Core, scope: Scope, client: Client, feed: readonly Commit[], push: Push): Step[] {
  const decision = decisionOn(core, feed, push)
  const { seq } = decision.head
  const answered = { ...push, answered: true }
  if (decision.type === 'parent_unknown')
    throw new Broken('B1', `a push stands on e${push.parent}, and the log ends at e${seq}`)
  if (decision.type === 'ahead') {
    const answers: Answer[] = [...client.link.answers, { type: 'ahead', after: seq }]
    return [{ what: 'backend answers ahead', take: () => withLink(client, { push: answered, answers }) }]
  }
  const prefix = (count: number, rejected?: string): Client => {
    const commits = push.commits.slice(0, count)
    const head = push.parent + countEvents(commits)
    const answers: Answer[] = [...client.link.answers]
    if (count > 0) answers.push({ type: 'pushed', count, head, after: push.parent })
    if (rejected) answers.push({ type: 'rejected', commitId: rejected, after: head })
    return withLink(store(client, commits), { push: answered, answers })
  }
  const stores = push.commits.map(syncedCount)
  const verdict = verdictOn(client, push)
  const rejects = (count: number, commitId: string): Step => ({
    what: `backend rejects ${commitId}`,
    take: () => ({ ...prefix(count, commitId), rejected: [...new Set([...client.rejected, commitId])] }),
    stores: stores.slice(0, count),
    ...(count === verdict ? {} : { uses: 'rejections' }),
  })
  const first = client.rejected.length < scope.rejections ? push.commits.slice(0, verdict) : []
  const steps = first.map(({ commitId }, count) => rejects(count, commitId))
  const refused = push.commits[verdict]
  if (refused) return [...steps, rejects(verdict, refused.commitId)]
  return [...steps, { what: 'backend stores the push', take: () => prefix(stores.length), stores }]
}

/** What the backend rejected once it rejects again: the index of the first such commit, or how many there are. */
function verdictOn({ rejected }: Client, { commits }: Push): number {
  const index = commits.findIndex(({ commitId }) => rejected.includes(commitId))
  return index < 0 ? commits.length : index
}

function store(client: Client, commits: readonly Commit[]): Client {
  const twice = commits.find(({ commitId }) => client.stored.some((one) => one.commitId === commitId))
  if (twice) throw new Broken('M6', `the backend stores ${twice.commitId} twice`)
  return commits.length > 0 ? { ...client, stored: [...client.stored, ...commits] } : client
}

function ofStray(core: Core, client: Client, feed: readonly Commit[], push: Push, at: number): Step[] {
  const without = withLink(client, { stray: client.link.stray.toSpliced(at, 1) })
  const steps: Step[] = [{ what: 'a push on the lost connection never arrives', take: () => without }]
  if (decisionOn(core, feed, push).type === 'append') {
    const what = 'backend stores a push of the lost connection'
    const commits = push.commits.slice(0, verdictOn(client, push))
    steps.push({ what, take: () => store(without, commits), stores: commits.map(syncedCount) })
  }
  return steps
}

/** What came of the log: as many commits as the leader has synced ones. */
function countPulled({ leader }: Client): number {
  return leader.log.reduce((count, one) => count + (isSynced(one) ? 1 : 0), 0)
}

/** Everything up to the parent of a push is sent before `pushed`, and what comes after it is sent after. */
function ofFeed(core: Core, client: Client, feed: readonly Commit[]): Step[] {
  const next = client.link.answers[0]
  const missing = next?.type === 'pushed' ? [] : feed.slice(countPulled(client))
  return missing.map((_, index) => ({
    what: `leader takes ${index === 0 ? 'a commit' : `${index + 1} commits`} of the log`,
    take: () => pushNext(core, pull(core, client, missing.slice(0, index + 1))),
  }))
}

function pull(core: Core, client: Client, confirmed: readonly Commit[]): Client {
  return leaderFollows(core, client, core.fromBackend(client.leader.sync, { confirmed, settled: [] }))
}

/** As `take` of link.ts. */
function ofAnswer(core: Core, client: Client): Step[] {
  const [answer, ...answers] = client.link.answers
  const { push } = client.link
  const cursor = client.leader.sync.confirmed.global
  if (!answer || !push || cursor < answer.after) return []
  const answered = withLink(client, { answers, push: undefined })
  switch (answer.type) {
    case 'pushed': {
      const rest = push.commits.slice(answer.count)
      const left = rest.length > 0 ? withLink(answered, { push: { ...push, commits: rest } }) : answered
      const take = () => pushNext(core, checkCursor(pull(core, left, push.commits.slice(0, answer.count)), answer.head))
      return [{ what: `leader takes pushed, of ${answer.count}`, take }]
    }
    case 'ahead':
      return [{ what: 'leader takes ahead', take: () => pushNext(core, answered) }]
    case 'rejected': {
      const settled = [{ commitId: answer.commitId, outcome: 'rejected', reason: '' } as const]
      const take = () =>
        pushNext(core, leaderFollows(core, answered, core.fromBackend(client.leader.sync, { confirmed: [], settled })))
      return [{ what: 'leader takes rejected', take }]
    }
  }
}

function checkCursor(client: Client, head: number): Client {
  const { global } = client.leader.sync.confirmed
  if (global !== head) throw new Broken('B2', `pushed ends at e${head}, and the leader is at e${global}`)
  return client
}
