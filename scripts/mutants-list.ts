// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of source
/** One line of the library, and what stands there instead. Each is a mistake that somebody could make. */
export type Mutant = { readonly name: string; readonly file: string; readonly find: string; readonly put: string }

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
    find: 'const left = sync.pending.filter(({ commitId }) => !mentioned.has(commitId))',
    put: 'const left = sync.pending',
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
    find: 'if (before[at]!.commitId !== line[at]!.commitId) return undefined',
    put: 'if (before[at]!.commitId === undefined) return undefined',
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
    find: "settled: [{ commitId, outcome: 'rejected', reason }],",
    put: 'settled: [],',
  },
  {
    name: 'ahead is not followed by another push',
    file: 'src/backend/link.ts',
    find: "case 'ahead':\n        answered(message.id)\n        return pushNext()",
    put: "case 'ahead':\n        return answered(message.id)",
  },
  {
    name: 'what was applied is not credited',
    file: 'src/backend/link.ts',
    find: "send({ type: 'credit', seq: cursor.seq })",
    put: '',
  },
  {
    name: 'a connection that was lost is not tried again',
    file: 'src/backend/link.ts',
    find: 'cancelRetry = env.after(wait, start)',
    put: '',
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
    find: 'const stages = { persisted: { done: false }',
    put: 'const stages = { persisted: { done: true }',
  },
  {
    name: 'a dead broker is not replaced',
    file: 'src/adapter/broker-link.ts',
    find: 'await freed(locks, lockNames.broker(brokerId))',
    put: 'await new Promise(() => undefined)',
  },
  {
    name: 'the leader does not hold the lock while it leads',
    file: 'src/leader/candidate.ts',
    find: 'await locks.request(lockNames.leader(storeId), { signal: abort.signal }, () => lead(abort.signal))',
    put: 'await lead(abort.signal)',
  },
  {
    name: 'the backend takes a push that is behind',
    file: 'src/backend/order.ts',
    find: "if (push.parent < head.seq) return { type: 'ahead', head }",
    put: '',
  },
]
