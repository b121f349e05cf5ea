/** What may happen between a leader and the backend. */

import { fromWire, toWire } from '../../backend/batch.ts'
import { type Commit, isSynced, syncedCount } from '../../event/commit.ts'
import { connected, pushNext, withLink, withStray } from './connection.ts'
import type { Core } from './core.ts'
import { leaderFollows, silently, thenPush } from './leader.ts'
import { type Answer, type Done, foreignCommit, type Push, type Scope, type Shared, type SharedStep } from './model.ts'
import { Broken } from './rules.ts'

/** The backend's log as a client sees it: null where it is its own, else how many events another one's has. */
export type View = readonly (number | null)[]

/** The commits of the log, as the backend sends them to a client that has `stored` there. */
export function feedOf({ stored }: Shared, view: View): Commit[] {
  let own = 0
  return view.map((size, index) => (size === null ? fromWire(toWire(stored[own++]!)) : foreignCommit(index, size)))
}

export function linkSteps(core: Core, scope: Scope, shared: Shared, feed: readonly Commit[]): SharedStep[] {
  const { online, push, stray } = shared.link
  const steps = stray.flatMap((lost, at) => ofStray(core, shared, feed, lost, at))
  if (!online) {
    const take = () => silently(pushNext(core, { ...shared, link: connected(shared.link) }))
    return [...steps, { what: 'leader connects', take }]
  }
  if (shared.disconnects < scope.disconnects) {
    steps.push({ what: 'the connection is lost', take: () => silently(disconnect(shared)), uses: 'disconnects' })
  }
  if (push && !push.answered) steps.push(...ofPush(core, scope, shared, feed, push))
  return [...steps, ...ofFeed(core, shared, feed), ...ofAnswer(core, shared)]
}

function disconnect(shared: Shared): Shared {
  return { ...shared, link: withStray(shared.link), disconnects: shared.disconnects + 1 }
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
function ofPush(core: Core, scope: Scope, shared: Shared, feed: readonly Commit[], push: Push): SharedStep[] {
  const decision = decisionOn(core, feed, push)
  const { seq } = decision.head
  const answered = { ...push, answered: true }
  if (decision.type === 'parent_unknown')
    throw new Broken('B1', `a push stands on e${push.parent}, and the log ends at e${seq}`)
  if (decision.type === 'ahead') {
    const answers: Answer[] = [...shared.link.answers, { type: 'ahead', after: seq }]
    return [{ what: 'backend answers ahead', take: () => silently(withLink(shared, { push: answered, answers })) }]
  }
  const prefix = (count: number, rejected?: string): Shared => {
    const commits = push.commits.slice(0, count)
    const head = push.parent + countEvents(commits)
    const answers: Answer[] = [...shared.link.answers]
    if (count > 0) answers.push({ type: 'pushed', count, head, after: push.parent })
    if (rejected) answers.push({ type: 'rejected', commitId: rejected, after: head })
    return withLink(store(shared, commits), { push: answered, answers })
  }
  const stores = push.commits.map(syncedCount)
  const verdict = verdictOn(shared, push)
  const rejects = (count: number, commitId: string): SharedStep => ({
    what: `backend rejects ${commitId}`,
    take: () => silently({ ...prefix(count, commitId), rejected: [...new Set([...shared.rejected, commitId])] }),
    stores: stores.slice(0, count),
    ...(count === verdict ? {} : { uses: 'rejections' }),
  })
  const first = shared.rejected.length < scope.rejections ? push.commits.slice(0, verdict) : []
  const steps = first.map(({ commitId }, count) => rejects(count, commitId))
  const refused = push.commits[verdict]
  if (refused) return [...steps, rejects(verdict, refused.commitId)]
  return [...steps, { what: 'backend stores the push', take: () => silently(prefix(stores.length)), stores }]
}

/** What the backend rejected once it rejects again: the index of the first such commit, or how many there are. */
function verdictOn({ rejected }: Shared, { commits }: Push): number {
  const index = commits.findIndex(({ commitId }) => rejected.includes(commitId))
  return index < 0 ? commits.length : index
}

function store(shared: Shared, commits: readonly Commit[]): Shared {
  const twice = commits.find(({ commitId }) => shared.stored.some((one) => one.commitId === commitId))
  if (twice) throw new Broken('M6', `the backend stores ${twice.commitId} twice`)
  return commits.length > 0 ? { ...shared, stored: [...shared.stored, ...commits] } : shared
}

function ofStray(core: Core, shared: Shared, feed: readonly Commit[], push: Push, at: number): SharedStep[] {
  const without = withLink(shared, { stray: shared.link.stray.toSpliced(at, 1) })
  const steps: SharedStep[] = [{ what: 'a push on the lost connection never arrives', take: () => silently(without) }]
  if (decisionOn(core, feed, push).type === 'append') {
    const what = 'backend stores a push of the lost connection'
    const commits = push.commits.slice(0, verdictOn(shared, push))
    steps.push({ what, take: () => silently(store(without, commits)), stores: commits.map(syncedCount) })
  }
  return steps
}

/** What came of the log: as many commits as the leader has synced ones. */
function countPulled({ leader }: Shared): number {
  return leader.log.reduce((count, one) => count + (isSynced(one) ? 1 : 0), 0)
}

/** Everything up to the parent of a push is sent before `pushed`, and what comes after it is sent after. */
function ofFeed(core: Core, shared: Shared, feed: readonly Commit[]): SharedStep[] {
  const next = shared.link.answers[0]
  const missing = next?.type === 'pushed' ? [] : feed.slice(countPulled(shared))
  return missing.map((_, index) => ({
    what: `leader takes ${index === 0 ? 'a commit' : `${index + 1} commits`} of the log`,
    take: () => thenPush(core, pull(core, shared, missing.slice(0, index + 1))),
  }))
}

function pull(core: Core, shared: Shared, confirmed: readonly Commit[]): Done {
  return leaderFollows(core, silently(shared), core.fromBackend(shared.leader.sync, { confirmed, settled: [] }))
}

/** As `take` of link.ts. */
function ofAnswer(core: Core, shared: Shared): SharedStep[] {
  const [answer, ...answers] = shared.link.answers
  const { push } = shared.link
  const cursor = shared.leader.sync.confirmed.global
  if (!answer || !push || cursor < answer.after) return []
  const answered = withLink(shared, { answers, push: undefined })
  switch (answer.type) {
    case 'pushed': {
      const rest = push.commits.slice(answer.count)
      const left = rest.length > 0 ? withLink(answered, { push: { ...push, commits: rest } }) : answered
      const take = () => thenPush(core, checkCursor(pull(core, left, push.commits.slice(0, answer.count)), answer.head))
      return [{ what: `leader takes pushed, of ${answer.count}`, take }]
    }
    case 'ahead':
      return [{ what: 'leader takes ahead', take: () => silently(pushNext(core, answered)) }]
    case 'rejected': {
      const settled = [{ commitId: answer.commitId, outcome: 'rejected', reason: '' } as const]
      const message = core.fromBackend(shared.leader.sync, { confirmed: [], settled })
      const take = () => thenPush(core, leaderFollows(core, silently(answered), message))
      return [{ what: 'leader takes rejected', take }]
    }
  }
}

function checkCursor(done: Done, head: number): Done {
  const { global } = done.shared.leader.sync.confirmed
  if (global !== head) throw new Broken('B2', `pushed ends at e${head}, and the leader is at e${global}`)
  return done
}
