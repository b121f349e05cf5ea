import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import type { Commit } from '../../src/event/commit.ts'
import { headAfter } from '../../src/event/commit.ts'
import { root } from '../../src/event/sequence-number.ts'
import { withHeads } from '../../src/replica/replica.ts'
import { commitOf, contentOf, events, schema } from '../../src/replica/testing.ts'
import type { Sqlite } from '../../src/sqlite/port.ts'
import { changedColumns } from './journal.ts'
import { createPast, type Past, type PastOptions } from './past.ts'
import { createEmpty, createReplay } from './replay.ts'
import { startForkSqlite } from './sqlite.ts'

const sqlite = await startForkSqlite()
const opened: Past[] = []
afterEach(() => {
  for (const past of opened.splice(0)) past.close()
})

/** A log that grows, and what waits on top of it. */
function world(options: Partial<PastOptions> = {}) {
  let confirmed: Commit[] = []
  let pending: Commit[] = []
  let epoch = 'one'
  const asked: number[] = []
  const past = createPast({
    schema,
    log: async ({ global, client }, limit) => {
      asked.push(limit)
      const all = withHeads(root, confirmed)
      const later = all.filter(({ head }) => head.global > global || (head.global === global && head.client > client))
      return { epoch, confirmed: headAfter(root, confirmed), commits: later.slice(0, limit) }
    },
    order: () => ({
      confirmed: headAfter(root, confirmed),
      accepted: [],
      pending,
      head: headAfter(root, [...confirmed, ...pending]),
    }),
    start: async () => sqlite,
    env: { defer: (call) => void setImmediate(call), elapsed: () => performance.now() },
    checkpointEvery: 4,
    ...options,
  })
  opened.push(past)
  return {
    past,
    asked,
    log: (...commits: Commit[]) => {
      confirmed = [...confirmed, ...commits]
    },
    wait: (...commits: Commit[]) => {
      pending = commits
    },
    reset() {
      epoch = 'two'
      confirmed = []
    },
  }
}

const contentAfter = (commits: readonly Commit[]) => {
  const db = sqlite.open()
  createEmpty(db, schema)
  const replay = createReplay(db, schema)
  for (const commit of commits) replay.apply(commit)
  const content = contentOf(db)
  db.close()
  return content
}

let made = 0
const commit = (...inputs: Parameters<typeof commitOf>[1][]) => commitOf(`commit${made++}`, ...inputs)
const created = (id: string, text = id) => events.created({ id, text })
const renamed = (id: string, text: string) => events.renamed({ id, text })

const ids = fc.constantFrom('a', 'b', 'c')
const input = fc.oneof(
  fc.record({ id: ids, text: fc.constantFrom('x', 'y') }).map((args) => events.created(args)),
  fc.record({ id: ids, text: fc.constantFrom('x', 'y') }).map((args) => events.renamed(args)),
  ids.map((id) => events.removed({ id })),
  ids.map((id) => events.required({ id })), // throws where there is none: the whole commit has no effect
  fc.record({ id: ids, text: fc.constantFrom('x', 'y') }).map((args) => events.drafted(args)),
)
const someCommits = fc.array(fc.array(input, { minLength: 1, maxLength: 3 }), { maxLength: 24 })

test('any place of any log is as a replay from the beginning makes it, in any order of going there', async () => {
  await fc.assert(
    fc.asyncProperty(
      someCommits,
      fc.array(fc.nat(24), { maxLength: 8 }),
      fc.nat(6),
      async (inputs, places, waiting) => {
        const commits = inputs.map((each) => commit(...each))
        const { past, log, wait } = world()
        const ordered = commits.length - Math.min(waiting, commits.length)
        log(...commits.slice(0, ordered))
        wait(...commits.slice(ordered))
        await past.read()
        expect(past.state.getState()).toMatchObject({ phase: 'read', commits: commits.length })
        for (const place of places) {
          const db = (await past.at(place))!
          expect(contentOf(db)).toEqual(contentAfter(commits.slice(0, place)))
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('what changed since any place is what two replays differ in', async () => {
  const tables = ['todos', 'drafts'] as const
  const rowsIn = (content: ReturnType<typeof contentOf>) =>
    new Set(tables.flatMap((table) => content[table]!.map((row) => JSON.stringify([table, row]))))
  await fc.assert(
    fc.asyncProperty(someCommits, fc.nat(24), async (inputs, place) => {
      const commits = inputs.map((each) => commit(...each))
      const { past, log } = world()
      log(...commits)
      await past.read()
      const then = rowsIn(contentAfter(commits.slice(0, place)))
      const now = rowsIn(contentAfter(commits))
      const changes = past.journal!.changes(place)
      const told = (which: 'earlier' | 'now') =>
        changes.flatMap((change) => (change[which] ? JSON.stringify([change.table, change[which]]) : [])).toSorted()
      expect(told('earlier')).toEqual([...then].filter((row) => !now.has(row)).toSorted())
      expect(told('now')).toEqual([...now].filter((row) => !then.has(row)).toSorted())
    }),
    { numRuns: 60 },
  )
})

test('a row leads to the events that wrote it, newest first, and an event to its rows', async () => {
  const { past, log, wait } = world()
  log(commit(created('a', 'one'), created('b')), commit(renamed('a', 'two')), commit(renamed('b', 'other')))
  wait(commit(renamed('a', 'three')))
  await past.read()
  const { journal } = past
  const todos = past.state.getState().tables.find(({ name }) => name === 'todos')!
  const history = journal!.ofRow('todos', '["a"]')
  expect(
    history.map(({ commit, event, before, values }) => [commit, event, changedColumns(todos, before?.values, values)]),
  ).toEqual([
    [3, 0, ['text', 'version']],
    [1, 0, ['text', 'version']],
    [0, 0, ['id', 'text', 'version']],
  ])
  expect(history.map(({ values }) => values?.[1])).toEqual(['three', 'two', 'one'])
  expect(journal!.ofCommit(0).map(({ event, table, values }) => [event, table, values?.[0]])).toEqual([
    [0, 'todos', 'a'],
    [1, 'todos', 'b'],
  ])
})

test('a row that went and came again under its key keeps its history, and what another row wrote is not in it', async () => {
  const { past, log } = world()
  log(
    commit(created('a', 'first')),
    commit(events.removed({ id: 'a' })),
    commit(created('b')),
    commit(created('a', 'again')),
  )
  await past.read()
  expect(past.journal!.ofRow('todos', '["a"]').map(({ commit, values }) => [commit, values?.[1]])).toEqual([
    [3, 'again'],
    [1, undefined],
    [0, 'first'],
  ])
})

test('a commit is found by its number, or among those that wait', async () => {
  const { past, log, wait } = world()
  const draft = commit(events.drafted({ id: 'd', text: 'x' }))
  const [first, second, mine] = [commit(created('a'), created('b')), commit(created('c')), commit(created('d'))]
  log(first, draft, second)
  wait(mine)
  await past.read()
  const at = (global: number, client = 0) => ({ global, client, rebaseGeneration: 0 })
  const found = [
    past.find({ commitId: first.commitId, head: at(2) }),
    past.find({ commitId: draft.commitId, head: at(2, 1) }),
    past.find({ commitId: second.commitId, head: at(3) }),
    past.find({ commitId: mine.commitId }),
    past.find({ commitId: 'other', head: at(7) }),
  ]
  expect(found).toEqual([0, 1, 2, 3, undefined])
  expect((await past.commit(2))?.commit).toEqual(second)
})

test('what waits for the backend may change its order: it is taken back, and the log is read on', async () => {
  const { past, log, wait } = world()
  log(commit(created('a')))
  const mine = commit(renamed('a', 'mine'))
  wait(mine)
  await past.read()
  expect((await past.at(2))!.all('SELECT text FROM todos')).toEqual([['mine']])
  log(commit(renamed('a', 'theirs')), mine)
  wait()
  await past.read()
  expect(past.state.getState()).toMatchObject({ commits: 3, waiting: 0, readTo: 'e3' })
  expect((await past.at(2))!.all('SELECT text FROM todos')).toEqual([['theirs']])
  expect(past.journal!.ofRow('todos', '["a"]').map(({ values }) => values?.[1])).toEqual(['mine', 'theirs', 'a'])
})

test('what others did first comes before what waits, also where that is the same as before', async () => {
  const { past, log, wait } = world()
  log(commit(created('a')))
  wait(commit(renamed('a', 'mine')))
  await past.read()
  expect((await past.at(2))!.all('SELECT id, text FROM todos')).toEqual([['a', 'mine']])
  log(commit(created('b')))
  await past.read()
  const both = [
    ['a', 'mine'],
    ['b', 'b'],
  ]
  expect((await past.at(3))!.all('SELECT id, text FROM todos')).toEqual(both)
})

test('reading ends after so many events, says how far it came, and goes on when it is asked to', async () => {
  const { past, log } = world({ mostEvents: 600 })
  log(...Array.from({ length: 1_300 }, (_, nth) => commit(created(`${nth}`))))
  await past.read()
  expect(past.state.getState()).toMatchObject({ phase: 'bounded', readTo: 'e1000', logEnds: 'e1300' })
  await past.read()
  expect(past.state.getState()).toMatchObject({ phase: 'read', readTo: 'e1300', commits: 1_300 })
})

test('reading is stopped, and goes on from there', async () => {
  let clock = 0
  const { past, log } = world({ env: { defer: (call) => void setImmediate(call), elapsed: () => (clock += 5) } })
  log(...Array.from({ length: 200 }, (_, nth) => commit(created(`${nth}`))))
  const reading = past.read()
  past.state.subscribe(() => past.stop())
  await new Promise(setImmediate)
  past.stop()
  await reading
  const { phase, commits } = past.state.getState()
  expect(phase).toBe('stopped')
  expect(commits).toBeLessThan(200)
  await past.read()
})

test('another place that is asked for meanwhile is the one that is given', async () => {
  const { past, log } = world()
  const commits = Array.from({ length: 30 }, (_, nth) => commit(created(`${nth}`)))
  log(...commits)
  await past.read()
  const [first, second] = await Promise.all([past.at(3), past.at(29)])
  expect(first).toBeUndefined()
  expect(contentOf(second!)).toEqual(contentAfter(commits.slice(0, 29)))
})

test('after a reset it is another log', async () => {
  const { past, log, reset } = world()
  log(commit(created('a')), commit(created('b')))
  await past.read()
  reset()
  const { revision } = past.state.getState()
  await past.read()
  expect(past.state.getState()).toMatchObject({ commits: 0, revision: revision + 1 })
  log(commit(created('c')))
  await past.read()
  expect(past.state.getState()).toMatchObject({ phase: 'read', commits: 1 })
  expect((await past.at(1))!.all('SELECT id FROM todos')).toEqual([['c']])
})

test('a log that cannot be read says why, and is tried again', async () => {
  let isThere = false
  const { past } = world({
    log: async () => {
      if (!isThere) throw new Error('the store was closed')
      return { epoch: 'one', confirmed: root, commits: [] }
    },
  })
  await past.read()
  expect(past.state.getState()).toMatchObject({ phase: 'failed', error: 'the store was closed' })
  isThere = true
  await past.read()
  expect(past.state.getState()).toMatchObject({ phase: 'read', commits: 0 })
})

test('a closed one leaves no database open', async () => {
  const databases: Sqlite[] = []
  const { past, log } = world({
    start: async () => ({
      ...sqlite,
      open() {
        const db = sqlite.open()
        databases.push(db)
        return db
      },
    }),
  })
  log(commit(created('a')))
  await past.read()
  past.close()
  expect(databases).toHaveLength(2)
  for (const db of databases) expect(() => db.all('SELECT 1')).toThrow('closed')
})
