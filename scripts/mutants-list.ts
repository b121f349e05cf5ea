// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of source
/** One line of the library, and what stands there instead. Each is a mistake that somebody could make. */
export type Mutant = {
  readonly name: string
  readonly file: string
  readonly find: string
  readonly put: string
  /** As for `npm run sim`, where what notices it is rare among the others. */
  readonly faults?: string
}

export function timesIn(source: string, piece: string): number {
  return source.split(piece).length - 1
}

export const mutants: readonly Mutant[] = [
  {
    name: 'the leader acknowledges what it never wrote',
    file: 'src/replica/event-log.ts',
    find: 'for (const commit of appended) insert(commit, {})',
    put: '',
  },
  {
    name: 'a rebase forgets to roll back to the mark',
    file: 'src/replica/state.ts',
    find: 'db.run(`ROLLBACK TO ${mark}`)',
    put: '',
  },
  {
    name: 'what was not rolled back counts as undone',
    file: 'src/replica/state.ts',
    find: 'return line.splice(marked)',
    put: 'return line.splice(length)',
  },
  {
    name: 'the state does not say how far it is',
    file: 'src/replica/state.ts',
    find: 'db.run(`UPDATE ${table.head} SET global = ?, client = ?`, [head.global, head.client])',
    put: '',
  },
  {
    name: 'a commit that failed half way leaves its first half',
    file: 'src/replica/materialize.ts',
    find: "if (!isStorageFailure(error)) db.run('ROLLBACK TO headwater_commit')",
    put: '',
  },
  {
    name: 'a commit that comes back is taken for a new one',
    file: 'src/sync/merge.ts',
    find: 'mentioned.has(commit.commitId) ? (replacementOf(commit, message) ?? []) : commit,',
    put: '(replacementOf(commit, message) ?? commit),',
  },
  {
    name: 'a settled commit stays pending',
    file: 'src/sync/merge.ts',
    find: '[...confirmed, ...message.accepted, ...message.settled].map',
    put: '[...confirmed, ...message.accepted].map',
  },
  {
    name: 'an advance does not look whether the order is the same',
    file: 'src/sync/merge.ts',
    find: 'if (!isSame(before[at]!, line[at]!)) return undefined',
    put: 'void 0',
  },
  {
    name: 'local-only commits overtake those before them',
    file: 'src/sync/state.ts',
    find: 'while (waiting[0] && !isSynced(waiting[0])) confirmed.push(waiting.shift()!)',
    put: 'for (const local of waiting.filter((one) => !isSynced(one))) confirmed.push(waiting.splice(waiting.indexOf(local), 1)[0]!)',
  },
  {
    name: 'two messages folded into one lose what the first confirmed',
    file: 'src/sync/merge.ts',
    find: 'confirmed: [...first.confirmed, ...second.confirmed],',
    put: 'confirmed: second.confirmed,',
  },
  {
    name: 'a session does not push again what its new leader lacks',
    file: 'src/session/session.ts',
    find: 'for (const commit of opened().sync.pending) outbox.add(JSON.stringify(commit))',
    put: '',
  },
  {
    name: 'a rejection is dropped',
    file: 'src/backend/link.ts',
    find: "const settled = [{ commitId, outcome: 'rejected', reason } as const]",
    put: 'const settled = [] as const',
  },
  {
    name: 'ahead is not followed by another push',
    file: 'src/backend/link.ts',
    find: 'return onAhead(message.id, message.head)',
    put: 'return void answered(message.id)',
  },
  {
    name: 'what was applied is not credited',
    file: 'src/backend/link.ts',
    find: "send({ type: 'credit', seq: head.seq })",
    put: '',
  },
  {
    name: 'a connection that was lost is not tried again',
    file: 'src/backend/link.ts',
    find: "cancelRetry = env.after(connection.retryAt - env.now(), () => happen({ type: 'due' }))",
    put: '{}',
  },
  {
    name: 'the log forgets which commit its cursor stands on',
    file: 'src/replica/event-log.ts',
    find: "setMeta('cursorCommitId', backend.cursor.commitId)",
    put: '',
  },
  {
    name: 'a receipt promises persistence when the commit is made',
    file: 'src/session/receipts.ts',
    find: 'persisted: { isOver: false },',
    put: 'persisted: { isOver: true },',
  },
  {
    name: 'what the channel says of leaders is not heard',
    file: 'src/adapter/ways.ts',
    find: 'return lookAround(ways.onChannel === event.leaderId ? ways : { ...ways, onChannel: event.leaderId })',
    put: 'return ways',
  },
  {
    name: 'the backend takes a push that is behind',
    file: 'src/backend/order.ts',
    find: "if (push.parent < head.seq) return { type: 'ahead', head }",
    put: '',
  },
  {
    name: 'nobody is given a turn',
    file: 'server/push-queue.ts',
    find: 'if (turn === null && earnsTurn(owner.luck)) giveTurn(owner)',
    put: '',
  },
  {
    name: 'the log is acknowledged before it is flushed',
    file: 'src/leader/storage.ts',
    find: "synchronous: file === logFile ? 'full' : 'normal'",
    put: "synchronous: 'normal'",
  },
  {
    name: 'a flush does nothing',
    file: 'src/sqlite/opfs-vfs.ts',
    find: 'this.#get(file).handle.flush()',
    put: '',
  },
  {
    name: 'the receipt of a replaced commit is confirmed at once',
    file: 'src/session/receipts.ts',
    find: "if (end.outcome === 'replaced') follow(end.commitId, end.replacement)",
    put: "if (end.outcome === 'replaced') confirmed(end.commitId)",
  },
  {
    name: 'the receipt of a replaced commit is forgotten',
    file: 'src/session/receipts.ts',
    find: 'open.set(replacement, entry)',
    put: '',
  },
  {
    name: 'a replacement is not written to the log',
    file: 'src/replica/event-log.ts',
    find: 'if (replacement) insert(replacement, {}, position)',
    put: '',
  },
  {
    name: 'what the app drops is listed as parked',
    file: 'src/leader/conflict.ts',
    find: "if (action === 'drop') return { settled: { commitId, outcome: 'dropped', reason } }",
    put: "if (action === 'drop') return { settled: { commitId, outcome: 'parked', reason } }",
  },
  {
    name: 'what is folded is not listed as skipped',
    file: 'src/replica/state.ts',
    find: 'for (const { error } of line) if (error) recordSkipped(error)',
    put: '',
  },
  {
    name: 'a leader worker that died is not replaced',
    file: 'src/adapter/hosted-worker.ts',
    find: "timers.set('retry', life.retryAt - env.now(), () => happen({ type: 'due' }))",
    put: '',
  },
  {
    name: 'a page that comes back has no worker any more',
    file: 'src/adapter/host-link.ts',
    find: 'worker = host()\n    }),',
    put: '}),',
  },
  {
    name: 'a tab that was shut down still listens to its page',
    file: 'src/adapter/host-link.ts',
    find: 'for (const undo of forget) undo()',
    put: '',
  },
  {
    name: 'a store that is shut down keeps its port to the leader',
    file: 'src/adapter/leader-link.ts',
    find: 'connection?.close()\n      lending.close()',
    put: 'lending.close()',
  },
  {
    name: 'a tab that was shut down leaves the timers of its worker',
    file: 'src/adapter/hosted-worker.ts',
    find: 'timers.cancelAll()',
    put: '',
  },
  {
    name: 'what was rejected is not listed',
    file: 'src/replica/event-log.ts',
    find: "const isParked = \"outcome IN ('parked', 'rejected')\"",
    put: 'const isParked = "outcome IN (\'parked\')"',
  },
  {
    name: 'what was retried stays parked as well',
    file: 'src/replica/event-log.ts',
    find: 'for (const { commitId, replaces } of step.retries ?? []) retry(replaces!, commitId)',
    put: '',
  },
  {
    name: 'a discard is answered, and forgotten',
    file: 'src/replica/event-log.ts',
    find: 'for (const commitId of step.discarded ?? []) discard(commitId)',
    put: '',
  },
  {
    name: 'a full disk is not looked at again',
    file: 'src/leader/room.ts',
    find: 'cancel = env.after(doubled(lookAfter, waits), look)',
    put: 'cancel = () => {}',
    faults: '30,fill disk',
  },
  {
    name: 'a damaged page is taken for sound',
    file: 'src/sqlite/opfs-vfs.ts',
    find: '!(count === length && isSealed(into, at))',
    put: 'count !== length',
    faults: '30,damage state,damage log',
  },
  {
    name: 'who has one id with another keeps it',
    file: 'src/leader/leader.ts',
    find: 'if (isTwin(pulled.confirmed)) renew()',
    put: '',
  },
  {
    name: 'what was not confirmed is forgotten at a reset',
    file: 'src/leader/resettable.ts',
    find: '...unconfirmed(reason)',
    put: '',
    faults: '30,reset store,offline',
  },
  {
    name: 'the receipts of an epoch that is over are left open',
    file: 'src/session/session.ts',
    find: 'if (!goesOn(joined)) leaveEpoch()',
    put: '',
    faults: '30,reset store,offline',
  },
  {
    name: 'a cursor that the history does not have is taken for one that it has',
    file: 'server/admission.ts',
    find: 'return (await isPlace(cursor)) ? null',
    put: 'return true ? null',
    faults: '30,restore backend=2,offline=3,partition=3',
  },
  {
    name: 'a session of another build is given bytes',
    file: 'src/leader/join.ts',
    find: 'if (!missed && !isSameBuild) return undefined',
    put: '',
    faults: '30,deploy,open stale,put aside=3,reset store',
  },
  {
    name: 'a leader of an older build does not give way',
    file: 'src/leader/builds.ts',
    find: 'return builtAt > schema.builtAt',
    put: 'return false',
    faults: '30,deploy,open stale',
  },
]
