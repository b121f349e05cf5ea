/** What happens in a history, as data: so that a history can be told, kept, and shortened. Times are milliseconds. */
export type Step = { readonly at: number } & (
  | { readonly type: 'open'; readonly client: number }
  | { readonly type: 'commit'; readonly client: number; readonly tab: number; readonly events: readonly PlannedEvent[] }
  /** A user commits the oldest commit of those that are parked again, or forgets it. */
  | { readonly type: 'retry parked' | 'discard parked'; readonly client: number; readonly tab: number }
  /** A page goes, its process dies, or it is loaded anew. */
  | { readonly type: 'close' | 'crash' | 'reload'; readonly client: number; readonly tab: number }
  /** Nothing runs in a tab and its worker; a page is put aside and comes back; a user switches the connection off. */
  | {
      readonly type: 'freeze' | 'put aside' | 'offline'
      readonly client: number
      readonly tab: number
      readonly ms: number
    }
  /** A browser with all of its tabs dies; the power fails under it; one of its parts dies alone. */
  | { readonly type: 'crash browser' | 'cut power' | 'kill leader' | 'kill broker'; readonly client: number }
  /** The worker that leads does nothing any more, until its tab replaces it, which takes at most `ms`. */
  | { readonly type: 'hang leader'; readonly client: number; readonly ms: number }
  /** The worker that makes this write from now on dies in it. */
  | { readonly type: 'die at write'; readonly client: number; readonly write: number }
  /** For `ms` no file can grow, and none can be made. */
  | { readonly type: 'fill disk'; readonly client: number; readonly ms: number }
  /** A browser dies, and bytes of a database are not what was written; `places` decides which, and what they are. */
  | { readonly type: 'damage state' | 'damage log'; readonly client: number; readonly places: number }
  /** A user has the local data made anew. */
  | { readonly type: 'reset store'; readonly client: number; readonly tab: number }
  /** The first log of a client has the id of another's, as after a copy of a browser's profile. */
  | { readonly type: 'share clientId'; readonly client: number; readonly other: number }
  /** From now on a client's pages are of the next build of the app; one comes out of a cache, and is of the build before. */
  | { readonly type: 'deploy' | 'open stale'; readonly client: number }
  /** The network: no way; nothing arrives, and then all of it; the backend goes on with a connection that its client gave up. */
  | { readonly type: 'partition' | 'stall' | 'linger'; readonly client: number; readonly ms: number }
  | { readonly type: 'drop'; readonly client: number }
  | { readonly type: 'restart backend' | 'wipe backend'; readonly ms: number }
  /** It begins again from a backup, which lacks the last commits. */
  | { readonly type: 'restore backend'; readonly ms: number; readonly lacks: number }
  /** For `ms` its log takes up to `delay` to do what it is asked, and as long again to say so. */
  | { readonly type: 'slow backend'; readonly ms: number; readonly delay: number }
  /** A client of another build, which nobody here knows, commits what need not apply in this one. */
  | { readonly type: 'other build'; readonly events: readonly PlannedEvent[] }
)

/** An event by name and two small choices; the workload makes the args of them. */
export type PlannedEvent = { readonly name: string; readonly row: number; readonly value: number }

/** Whether it is trouble, and not what users do. */
export function isFault({ type }: Step): boolean {
  return !['open', 'commit', 'retry parked', 'discard parked'].includes(type)
}

/** A client: how far it is from the backend, milliseconds one way, and whether its browser has SharedWorkers. */
export type PlannedClient = { readonly latency: number; readonly hasSharedWorker: boolean }

export type Plan = { readonly clients: readonly PlannedClient[]; readonly steps: readonly Step[] }

/** One step in words. */
export function tell(step: Step): string {
  const { at, type, ...rest } = step
  const details = Object.entries(rest).map(([key, value]) =>
    key === 'events'
      ? (value as readonly PlannedEvent[]).map(({ name, row, value }) => `${name}(${row}, ${value})`).join(' ')
      : `${key} ${value}`,
  )
  return `${String(at).padStart(6)} ms  ${type}  ${details.join(', ')}`
}
