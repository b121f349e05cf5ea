import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileQuery } from '../schema/query.ts'
import { type Sqlite, SqliteError } from '../sqlite/port.ts'
import { queries as everyQuery, written } from '../testing/all-reads-and-writes.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { writeHistories } from '../testing/write-histories.ts'
import { createQueries } from './queries.ts'

const histories = writeHistories(written)

function open(kinds: readonly number[] = [0, 3, 4]) {
  const { db, commit, play } = histories.open(kinds)
  const world = manualEnv()
  /** Time that passes while a query runs. */
  let ran = 0
  const env = { ...world.env, elapsed: () => world.env.elapsed() + ran }
  const failures: unknown[] = []
  const guard = (act: () => void) => {
    try {
      act()
    } catch (error) {
      failures.push(error)
    }
  }
  const told: string[] = []
  let isQuiet = false
  const tables = { ...bound(db) }
  const queries = createQueries({ tables, env, guard, isQuiet: () => isQuiet })
  const reads = queries.connect((ids) => told.push(...ids))
  const read = (id: string, sql: string, params: (string | number)[] = []) => {
    const answer = reads.read({ id, sql, params, watch: true })
    world.advance(0)
    return answer
  }
  const write = (kind: number, id: string, n: number) => queries.touched(commit([{ kind, id, n }]))
  return {
    ...{ db, play, world, failures, told, tables, queries, reads, read },
    insert: (id: string) => write(0, id, 1),
    rewrite: (id: string, n: number) => write(1, id, n),
    runFor: (ms: number) => {
      ran += ms
    },
    setQuiet: (quiet: boolean) => {
      isQuiet = quiet
    },
  }
}

const bound = (db: Sqlite) => ({
  read: db.read.bind(db),
  all: db.all.bind(db),
  access: db.access.bind(db),
  columns: db.columns.bind(db),
})

test('whatever is written, undone and replayed, what is not said to be out of date is what reading again gives', async () => {
  await fc.assert(
    fc.asyncProperty(histories.kinds, histories.steps, async (kinds, steps) => {
      const { db, play, world, told, queries, read } = open(kinds)
      const known = new Map<string, unknown>()
      const look = async () => {
        world.advance(100)
        for (const id of told.splice(0)) known.delete(id)
        for (const [at, query] of everyQuery.entries()) {
          const { sql, params } = compileQuery(query)
          const rows = db.all(sql, params)
          const id = String(at)
          if (known.has(id)) expect(known.get(id), sql).toEqual(rows)
          else known.set(id, ((await read(id, sql, params as string[])) as { rows: unknown }).rows)
          expect(known.get(id), sql).toEqual(rows)
        }
      }
      await look()
      for (const step of steps) {
        const touched = play(step)
        if (touched) queries.touched(touched)
        else await look()
      }
      await look()
      queries.close()
      db.close()
    }),
    { numRuns: 100 },
  )
})

test('a session is told once, of all that a turn has met, and at most once a frame', async () => {
  const { world, told, read, insert, rewrite } = open()
  await read('all', 'SELECT * FROM todos')
  await read('texts', 'SELECT text FROM todos')
  world.advance(16)
  insert('a')
  rewrite('a', 1)
  expect(told).toEqual([])
  world.advance(0)
  expect(told.splice(0)).toEqual(['all', 'texts'])
  rewrite('a', 0)
  world.advance(1_000)
  expect(told).toEqual([])

  await read('all', 'SELECT * FROM todos')
  rewrite('a', 1)
  world.advance(15)
  expect(told).toEqual([])
  world.advance(1)
  expect(told).toEqual(['all'])
})

test('a query that took long is told later: the leader has time for others', async () => {
  const { world, told, tables, read, runFor, insert } = open()
  const { read: fast } = tables
  tables.read = (...given) => {
    runFor(100)
    return fast(...given)
  }
  await read('slow', 'SELECT * FROM todos')
  insert('a')
  world.advance(400)
  expect(told).toEqual([])
  world.advance(16)
  expect(told).toEqual(['slow'])
})

test('what is ended before it began does not run, and what is ended after is watched no more', async () => {
  const { world, told, tables, reads, read, insert } = open()
  const ran: string[] = []
  const { read: run } = tables
  tables.read = (sql, ...given) => {
    ran.push(sql)
    return run(sql, ...given)
  }
  const answers = ['a', 'b'].map((id) => reads.read({ id, sql: `SELECT '${id}'`, params: [], watch: true }))
  reads.end(['a'])
  world.advance(0)
  expect(await Promise.all(answers)).toMatchObject([{ type: 'refused', reason: 'ended' }, { rows: [['b']] }])
  expect(ran).toEqual(["SELECT 'b'"])

  await read('all', 'SELECT * FROM todos')
  reads.end(['all'])
  insert('a')
  world.advance(1_000)
  expect(told).toEqual([])
})

test('while sessions are about to take all anew they are told nothing', async () => {
  const { world, told, read, insert, setQuiet } = open()
  await read('all', 'SELECT * FROM todos')
  setQuiet(true)
  insert('a')
  world.advance(1_000)
  expect(told).toEqual([])
})

test('a failure of the storage is the leader’s, what the query did wrong is the query’s', async () => {
  const { failures, tables, read } = open()
  expect(await read('bad', 'SELECT nothing FROM todos')).toMatchObject({ type: 'refused', reason: 'sql' })
  expect(failures).toEqual([])
  tables.read = () => {
    throw new SqliteError(10, 'the disk does not answer')
  }
  await expect(read('all', 'SELECT * FROM todos')).rejects.toThrow('the storage failed')
  expect(failures).toMatchObject([{ code: 10 }])
})

test('a read has two seconds', async () => {
  const { tables, read, runFor } = open()
  const { read: run } = tables
  let looks = 0
  tables.read = (sql, params, bounds) =>
    run(sql, params, {
      ...bounds,
      isOver() {
        looks++
        runFor(500)
        return bounds.isOver()
      },
    })
  const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n'
  expect(await read('endless', endless)).toMatchObject({ type: 'refused', reason: 'slow' })
  expect(looks).toBe(5)
})

test('who waits when the leader ends is answered by the next', async () => {
  const { queries, reads } = open()
  const answer = reads.read({ id: 'a', sql: 'SELECT 1', params: [], watch: true })
  queries.close()
  await expect(answer).rejects.toThrow('over')
  await expect(reads.read({ id: 'b', sql: 'SELECT 1', params: [], watch: true })).rejects.toThrow('over')
})
