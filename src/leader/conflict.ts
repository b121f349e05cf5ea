/** P5: what becomes of a commit that does not apply. The app says it, or the commit is parked; whatever the app says, nothing breaks. */
import type { Commit } from '../event/commit.ts'
import type * as StoreEvent from '../event/store-event.ts'
import { checkSize } from '../replica/commit-size.ts'
import type { Env } from '../replica/env.ts'
import type { MaterializeError } from '../replica/errors.ts'
import { isStorageFailure } from '../replica/materialize.ts'
import type { State } from '../replica/state.ts'
import { decodeCommit, encodeEvent, type Schema } from '../schema/schema.ts'
import type { Settled } from '../sync/merge.ts'

export type Conflict = { readonly commit: Commit; readonly error: MaterializeError }

export type Verdict = {
  readonly settled: Settled
  /** Stands where the commit stood. */
  readonly replacement?: Commit
}

type Options = { readonly schema: Schema; readonly state: State; readonly env: Env }

/** Judges one commit: `upstream` is what stands before it now and did not before. Throws only where the storage failed. */
export type Judge = (conflict: Conflict, upstream: readonly Commit[]) => Verdict

export function createJudge({ schema, state, env }: Options): Judge {
  const { onConflict } = schema
  const decodedUpstream = memoized((commits: readonly Commit[]) =>
    commits.map((commit) => decodeCommit(schema, commit)),
  )
  return (conflict, upstream) => {
    if (!onConflict) return parked(conflict)
    const { commit, error } = conflict
    try {
      const asked = { ...decodeCommit(schema, commit), error }
      return verdictOf(onConflict(asked, decodedUpstream(upstream), state.query), conflict, schema, env)
    } catch (thrown) {
      if (isStorageFailure(thrown)) throw thrown
      return parked(conflict, `onConflict failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
    }
  }
}

/**
 * Judges commits that failed, in order, up to the first that is replaced: its replacement may let those behind it apply.
 * Those that are themselves `replacements` of this rebase are parked.
 */
export function judgeAll(
  judge: Judge,
  conflicts: readonly Conflict[],
  upstream: readonly Commit[],
  replacements: ReadonlySet<string>,
): Verdict[] {
  const verdicts: Verdict[] = []
  for (const conflict of conflicts) {
    const verdict = replacements.has(conflict.commit.commitId) ? parked(conflict) : judge(conflict, upstream)
    verdicts.push(verdict)
    if (verdict.replacement) break
  }
  return verdicts
}

export function parked({ commit, error }: Conflict, why?: string): Verdict {
  const reason = why ? `${why} (${error.message})` : error.message
  return { settled: { commitId: commit.commitId, outcome: 'parked', reason } }
}

/** `decision` is what the app returned: anything. */
function verdictOf(decision: unknown, conflict: Conflict, schema: Schema, env: Env): Verdict {
  if (decision === undefined) return parked(conflict)
  const { action, reason: said, events } = Object(decision) as { [key: string]: unknown }
  const { commitId } = conflict.commit
  const reason = typeof said === 'string' ? said : conflict.error.message
  if (action === 'keep') return { settled: { commitId, outcome: 'parked', reason } }
  if (action === 'drop') return { settled: { commitId, outcome: 'dropped', reason } }
  if (action !== 'replace' || !Array.isArray(events) || events.length === 0) {
    throw new Error('it must return, and not promise, { action: keep | drop } or { action: replace, events: [ … ] }')
  }
  const replacement = replacementOf(conflict.commit, events, schema, env)
  return { settled: { commitId, outcome: 'replaced', replacement: replacement.commitId, reason }, replacement }
}

function replacementOf(old: Commit, inputs: readonly StoreEvent.Input[], schema: Schema, env: Env): Commit {
  const events = inputs.map((input) => encodeEvent(schema, input))
  const replacement: Commit = {
    ...old,
    commitId: env.randomId(16),
    at: env.now(),
    events,
    replaces: old.commitId,
  }
  checkSize(replacement, JSON.stringify(replacement))
  return replacement
}

/** Many conflicts of one rebase share what upstream brought. */
function memoized<Key extends object, Value>(compute: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, Value>()
  return (key) => {
    if (!known.has(key)) known.set(key, compute(key))
    return known.get(key)!
  }
}
