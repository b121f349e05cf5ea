import { type EventLog, type StoredCommit, storedCommit } from '../../backend/event-log.ts'
import { same } from './check.ts'

/** A kind of engine under test: each call opens a new, empty one. */
export type EventLogUnderTest = { open(): Promise<EventLog> }

export type EventLogRule = { readonly name: string; run(log: EventLog): Promise<void> }

const everything = { maxEvents: 100_000, maxBytes: 100_000_000 }

/** A commit of `count` events; `text` makes it larger. */
export function aCommit(commitId: string, count = 1, text = ''): StoredCommit {
  const events = Array.from({ length: count }, (_, index) => ['v1.Noted', { index, text }] as const)
  return storedCommit([commitId.padEnd(8, '_'), 'client', 'session-1', 1_700_000_000_000, events])
}

function ids(commits: readonly StoredCommit[]): string[] {
  return commits.map(({ commitId }) => commitId)
}

async function openStore(log: EventLog, storeId: string) {
  const { backendId } = (await log.open(storeId, { create: true }))!
  const append = (parent: number, ...commits: StoredCommit[]) => log.append(storeId, { backendId, parent, commits })
  return { backendId, append }
}

/** What every engine of the backend keeps to. */
export const eventLogContract: readonly EventLogRule[] = [...stores(), ...appends(), ...reads(), ...hints(), ...ends()]

function stores(): EventLogRule[] {
  return [
    {
      name: 'a store that was never made is not there, unless it is asked to be',
      async run(log) {
        same(await log.open('todos', { create: false }), null)
        const made = await log.open('todos', { create: true })
        same(made?.head, { seq: 0, commitId: null })
        same(await log.open('todos', { create: false }), made)
        same(await log.open('todos', { create: true }), made)
      },
    },
    {
      name: 'opening a new store many times at once makes one',
      async run(log) {
        const opened = await Promise.all(Array.from({ length: 20 }, () => log.open('todos', { create: true })))
        same(new Set(opened.map((store) => store?.backendId)).size, 1)
      },
    },
    {
      name: 'stores are apart, however alike their names',
      async run(log) {
        const names = ['a-b', 'a_b', 'A-b', 'ab']
        for (const name of names) await (await openStore(log, name)).append(0, aCommit(`in-${name}`))
        for (const name of names) {
          const { commits, head } = await log.read(name, { after: 0, ...everything })
          same(ids(commits), [`in-${name}`.padEnd(8, '_')])
          same(head.seq, 1)
        }
        same(new Set(await Promise.all(names.map(async (name) => (await openStore(log, name)).backendId))).size, 4)
      },
    },
  ]
}

function appends(): EventLogRule[] {
  return [
    {
      name: 'an append at the head is numbered on from there, and read back as it was given',
      async run(log) {
        const { append } = await openStore(log, 'todos')
        const commits = [aCommit('first', 2), aCommit('second', 3, 'Grüße 👋 "\\ \u2028'), aCommit('third')]
        same(await append(0, commits[0]!, commits[1]!), { type: 'appended', head: { seq: 5, commitId: 'second__' } })
        same(await append(5, commits[2]!), { type: 'appended', head: { seq: 6, commitId: 'third___' } })
        const { commits: read, head } = await log.read('todos', { after: 0, ...everything })
        same(
          read.map(({ commitId, count, bytes, text }) => ({ commitId, count, bytes, text })),
          commits,
        )
        same(head, { seq: 6, commitId: 'third___' })
      },
    },
    {
      name: 'an append behind the head, or past it, stores nothing',
      async run(log) {
        const { append } = await openStore(log, 'todos')
        await append(0, aCommit('first', 3))
        const head = { seq: 3, commitId: 'first___' }
        same(await append(2, aCommit('other')), { type: 'ahead', head })
        same(await append(0, aCommit('other')), { type: 'ahead', head })
        same(await append(4, aCommit('other')), { type: 'parent_unknown', head })
        same((await log.read('todos', { after: 0, ...everything })).commits.length, 1)
      },
    },
    {
      name: 'of many appends at one head exactly one is stored',
      async run(log) {
        const { append } = await openStore(log, 'todos')
        for (let round = 0; round < 20; round++) {
          const answers = await Promise.all([1, 2, 3, 4, 5].map((n) => append(round, aCommit(`round-${round}-${n}`))))
          same(answers.filter(({ type }) => type === 'appended').length, 1)
        }
        same((await log.read('todos', { after: 0, ...everything })).commits.length, 20)
      },
    },
    {
      name: 'a commitId that the store has already refuses the whole append',
      async run(log) {
        const { append } = await openStore(log, 'todos')
        await append(0, aCommit('first'))
        const conflict = { type: 'commit_conflict', commitId: 'first___' }
        same(await append(1, aCommit('second'), aCommit('first')), conflict)
        same(await append(1, aCommit('second'), aCommit('third')), {
          type: 'appended',
          head: { seq: 3, commitId: 'third___' },
        })
        same(await append(3, aCommit('fourth'), aCommit('fourth')), { type: 'commit_conflict', commitId: 'fourth__' })
        same((await log.open('todos', { create: false }))?.head.seq, 3)
      },
    },
    {
      name: 'another store may have the same commitId',
      async run(log) {
        await (await openStore(log, 'one')).append(0, aCommit('first'))
        same((await (await openStore(log, 'two')).append(0, aCommit('first'))).type, 'appended')
      },
    },
    {
      name: 'an append for another history, or for no store, is refused',
      async run(log) {
        const { backendId } = await openStore(log, 'todos')
        const append = { backendId: 'another', parent: 0, commits: [aCommit('first')] }
        same(await log.append('todos', append), { type: 'backend_mismatch', backendId })
        same(await log.append('nothing', append), { type: 'no_store' })
      },
    },
    {
      name: 'appends to many stores at once keep each in order',
      async run(log) {
        const names = Array.from({ length: 10 }, (_, index) => `store-${index}`)
        const fill = async (name: string) => {
          const { append } = await openStore(log, name)
          for (let seq = 0; seq < 20; seq++) same((await append(seq, aCommit(`number-${seq}`))).type, 'appended')
        }
        await Promise.all(names.map(fill))
        for (const name of names) {
          const { commits } = await log.read(name, { after: 0, ...everything })
          same(
            ids(commits),
            Array.from({ length: 20 }, (_, seq) => `number-${seq}`.padEnd(8, '_')),
          )
        }
      },
    },
  ]
}

function reads(): EventLogRule[] {
  return [
    {
      name: 'a page holds whole commits, as many as fit, and at least one',
      async run(log) {
        const { append } = await openStore(log, 'todos')
        await append(
          0,
          aCommit('three', 3),
          aCommit('four', 4),
          aCommit('large', 2, 'x'.repeat(10_000)),
          aCommit('last'),
        )
        const page = async (after: number, maxEvents: number, maxBytes = 5_000) =>
          ids((await log.read('todos', { after, maxEvents, maxBytes })).commits)
        same(await page(0, 7), ['three___', 'four____'])
        same(await page(0, 6), ['three___'])
        same(await page(0, 1), ['three___'])
        same(await page(3, 100), ['four____'])
        same(await page(7, 100), ['large___'])
        same(await page(7, 100, 50_000), ['large___', 'last____'])
        same(await page(10, 100), [])
      },
    },
    {
      name: 'it knows which commit ends at a number',
      async run(log) {
        const { append } = await openStore(log, 'todos')
        await append(0, aCommit('first', 2), aCommit('second', 3))
        const at = await Promise.all([0, 1, 2, 3, 4, 5, 6].map((seq) => log.commitAt('todos', seq)))
        same(at, [null, null, 'first___', null, null, 'second__', null])
      },
    },
    {
      name: 'a store that is not there cannot be read',
      async run(log) {
        const refused = await log.read('nothing', { after: 0, ...everything }).catch((error: Error) => error.message)
        same(refused, 'there is no store "nothing"')
      },
    },
  ]
}

function hints(): EventLogRule[] {
  return [
    {
      name: 'watchers hear of new heads until they have enough',
      async run(log) {
        const { append } = await openStore(log, 'todos')
        const heard: string[] = []
        const unwatch = log.watch((storeId, head) => heard.push(`${storeId} ${head.seq}`))
        const second = new Promise<void>((resolve) => {
          log.watch((_, { seq }) => seq === 2 && resolve())
        })
        await append(0, aCommit('first'))
        await append(0, aCommit('refused'))
        await append(1, aCommit('second'))
        await second
        unwatch()
        const third = new Promise<void>((resolve) => {
          log.watch((_, { seq }) => seq === 3 && resolve())
        })
        await append(2, aCommit('third'))
        await third
        same(heard, ['todos 1', 'todos 2'])
      },
    },
  ]
}

function ends(): EventLogRule[] {
  return [
    {
      name: 'it is healthy',
      async run(log) {
        same((await log.health()).ok, true)
      },
    },
    {
      name: 'closing twice is closing once',
      async run(log) {
        await openStore(log, 'todos')
        await log.close()
        await log.close()
      },
    },
  ]
}
