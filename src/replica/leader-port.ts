import * as Comlink from 'comlink'
import type { Commit } from '../event/commit.ts'
import type { Env } from './env.ts'
import type { Joined, LeaderApi } from './leader-api.ts'

/**
 * `LeaderApi` over a MessagePort: calls by Comlink, and between them what the leader tells, in order: texts, each with the
 * number of the join that it answers to.
 */
type Told = readonly [join: number, json: string]

/** A MessagePort, or one of a simulation. */
type Endpoint = {
  postMessage(message: unknown, transfer?: Transferable[]): void
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void
}

/** Commits as JSON lists: a browser takes several times as long to copy them as objects, in one task whatever their number. */
type Parcel = Omit<Joined, 'accepted'> & { readonly accepted: readonly string[] }

/** In one list. */
const mostCommits = 1_000

type Exposed = Omit<LeaderApi, 'join'> & {
  join(request: Parameters<LeaderApi['join']>[0]): Promise<Parcel>
}

type Forwarded = Exclude<keyof LeaderApi, 'join' | 'exportLog'>

/** What is called as it is: the compiler lets none be left out. */
const forwarded: Readonly<Record<Forwarded, true>> = {
  push: true,
  setOnline: true,
  parked: true,
  discard: true,
  rescue: true,
  reset: true,
  readArchive: true,
  deleteArchive: true,
  read: true,
  endReads: true,
  eventsAfter: true,
  importLog: true,
  inspect: true,
  leave: true,
}

type Call = (...args: never[]) => Promise<unknown>

function forward(to: (name: Forwarded) => Call): Pick<LeaderApi, Forwarded> {
  const calls = Object.keys(forwarded).map((name) => [name, to(name as Forwarded)])
  return Object.fromEntries(calls) as Pick<LeaderApi, Forwarded>
}

/** The leader's end. */
export function serveLeader(api: LeaderApi, port: Endpoint) {
  let joins = 0
  const exposed: Exposed = {
    ...forward((name) => api[name]),
    async exportLog() {
      const bytes = await api.exportLog()
      return Comlink.transfer(bytes, [bytes.buffer as ArrayBuffer])
    },
    async join(request) {
      const nth = ++joins
      const joined = await api.join(request, (json) => port.postMessage([nth, json] satisfies Told))
      const parcel: Parcel = { ...joined, accepted: inLists(joined.accepted) }
      return joined.bytes ? Comlink.transfer(parcel, [joined.bytes.buffer as ArrayBuffer]) : parcel
    },
  }
  Comlink.expose(exposed, port as Comlink.Endpoint)
}

function inLists(commits: readonly Commit[]): string[] {
  const count = Math.ceil(commits.length / mostCommits)
  return Array.from({ length: count }, (_, at) =>
    JSON.stringify(commits.slice(at * mostCommits, (at + 1) * mostCommits)),
  )
}

/** One list a task: a tab renders in between, and answers its user. */
async function fromLists(lists: readonly string[], { defer }: Pick<Env, 'defer'>): Promise<Commit[]> {
  const commits: Commit[] = []
  for (const [at, json] of lists.entries()) {
    if (at > 0) await new Promise<void>((resolve) => defer(resolve))
    commits.push(...(JSON.parse(json) as Commit[]))
  }
  return commits
}

/** The session's end. */
export function connectLeader(port: Endpoint, env: Pick<Env, 'defer'>): LeaderApi {
  const remote = Comlink.wrap<Exposed>(port as Comlink.Endpoint)
  let joins = 0
  let receive: ((json: string) => void) | undefined
  port.addEventListener('message', ({ data }) => {
    if (!Array.isArray(data)) return
    const [nth, json] = data as unknown as Told
    if (nth === joins) receive?.(json) // else said before the leader knew of this join
  })
  return {
    ...forward(
      (name) =>
        (...args) =>
          (remote[name] as Call)(...args),
    ),
    async join(request, take) {
      joins += 1
      receive = take
      const parcel = await remote.join(request)
      return { ...parcel, accepted: await fromLists(parcel.accepted, env) }
    },
    exportLog: () => remote.exportLog(),
  }
}
