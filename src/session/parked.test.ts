import { expect, test } from 'vitest'
import { commitOf, events, schema } from '../replica/testing.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { lead } from '../testing/lead.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { createTracer } from '../trace.ts'
import { createSession } from './session.ts'

const sqlite = await loadSqlite()

async function joined(leader: ReturnType<typeof lead>, sessionId: string) {
  const { env } = manualEnv()
  const session = createSession({
    schema,
    sessionId,
    openMemory: () => sqlite.open(),
    env,
    traces: createTracer(),
    onStatus() {},
  })
  await session.attach(leader.connect())
  const seen: (readonly string[] | undefined)[] = []
  const look = () => {
    seen.push(session.parked.get()?.map(({ commitId }) => commitId))
  }
  return { session, seen, look }
}

test('P4 every tab that looks is told whenever the list changes, also by another leader', async () => {
  const first = lead()
  const [one, two] = [await joined(first, 'one'), await joined(first, 'two')]
  one.session.parked.subscribe(one.look)
  two.session.parked.subscribe(two.look)
  await first.live(1)
  const other = await first.join('other')
  await other.push(commitOf('needs-a', events.required({ id: 'a' })))
  await first.live(1)
  expect(one.seen).toEqual([[], ['needs-a']])
  await two.session.parked.discard('needs-a')
  await first.live(1)
  expect(one.seen).toEqual([[], ['needs-a'], []])
  expect(two.seen).toEqual(one.seen)

  await other.push(commitOf('needs-b', events.required({ id: 'b' })))
  await first.live(1)
  const second = lead(first.crash())
  await one.session.attach(second.connect())
  await second.live(1)
  expect(one.seen.at(-1)).toEqual(['needs-b'])
})

test('P4 who does not look asks nothing', async () => {
  const leader = lead()
  let asked = 0
  const api = leader.connect()
  const { env } = manualEnv()
  const session = createSession({
    schema,
    sessionId: 'one',
    openMemory: () => sqlite.open(),
    env,
    traces: createTracer(),
    onStatus() {},
  })
  const parked = () => {
    asked++
    return api.parked()
  }
  await session.attach({ ...api, parked })
  const other = await leader.join('other')
  await other.push(commitOf('needs-a', events.required({ id: 'a' })))
  await leader.live(1)
  expect(asked).toBe(0)
  expect(session.leader?.parked.count).toBe(1)
  const stop = session.parked.subscribe(() => undefined)
  await leader.live(1)
  expect(asked).toBe(1)
  stop()
  await session.parked.discard('needs-a')
  await leader.live(1)
  expect(asked).toBe(1)
})
