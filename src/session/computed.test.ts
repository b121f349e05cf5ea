import { count, eq } from 'drizzle-orm'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, expectTypeOf, test } from 'vitest'
import { makeInMemoryAdapter } from '../adapter/memory.ts'
import { events, schema, tables } from '../replica/testing.ts'
import { select } from '../schema/query.ts'
import { type Computed, computed, type Reactive, signal } from './computed.ts'
import { createStorePromise, type Store } from './store.ts'

const { todos, drafts } = tables
let store: Store<(typeof schema)['events']>
let runs: string[] = []

beforeEach(async () => {
  runs = []
  store = await createStorePromise({
    schema,
    adapter: makeInMemoryAdapter(),
    storeId: 'test',
    onTrace: (trace) => void (trace.type === 'queried' && runs.push(trace.sql)),
  })
})
afterEach(() => store.shutdown())

const create = (id: string, text = id) => store.commit(events.created({ id, text }))
const task = () => new Promise((resolve) => setTimeout(resolve))

const texts = select({ id: todos.id, text: todos.text }).from(todos).orderBy(todos.id)
const counted = select({ n: count() }).from(todos)

test('a computed value follows from queries, in the same task and typed', async () => {
  const longest = computed((get) => Math.max(0, ...get(texts).map(({ text }) => text.length)))
  expectTypeOf(longest).toEqualTypeOf<Computed<number>>()
  expectTypeOf(store.query(longest)).toEqualTypeOf<number>()
  expect(store.query(longest)).toBe(0)
  create('a', 'four')
  expect(store.query(longest)).toBe(4)
  const heard: number[] = []
  const stop = store.subscribe(longest, (value) => heard.push(value))
  create('b', 'eleven char')
  await task()
  stop()
  create('c', 'of no interest any more')
  await task()
  expect(heard).toEqual([4, 11])
})

test('an equal result notifies nobody, and unchanged parts keep their identity', async () => {
  const initials = computed((get) => get(texts).map(({ id, text }) => ({ id, initial: text[0] })))
  create('a', 'apple')
  create('b', 'bread')
  const before = store.query(initials)
  let heard = 0
  const stop = store.live(initials).subscribe(() => heard++)
  store.commit(events.renamed({ id: 'b', text: 'butter' }))
  await task()
  expect(store.query(initials)).toBe(before)
  expect(heard).toBe(0)
  store.commit(events.renamed({ id: 'b', text: 'cheese' }))
  await task()
  expect(heard).toBe(1)
  expect(store.query(initials)).toEqual([
    { id: 'a', initial: 'a' },
    { id: 'b', initial: 'c' },
  ])
  expect(store.query(initials)[0]).toBe(before[0])
  stop()
})

test('of a diamond, the end is computed once, with both sides as they are now, and told once', async () => {
  const size = computed((get) => get(texts).length)
  const number = computed((get) => get(counted)[0]!.n)
  const seen: string[] = []
  const both = computed((get) => {
    seen.push(`${get(size)} ${get(number)}`)
    return get(size) + get(number)
  })
  const heard: number[] = []
  const stop = store.subscribe(both, (value) => heard.push(value))
  create('a')
  create('b')
  await task()
  expect(seen).toEqual(['0 0', '2 2'])
  expect(heard).toEqual([0, 4])
  stop()
})

test('a listener that is called first already reads all of after', async () => {
  const size = computed((get) => get(texts).length)
  const twice = computed((get) => get(size) * 2)
  const seen: unknown[] = []
  const stops = [counted, size, twice].map((what) =>
    store
      .live(what as Reactive<unknown>)
      .subscribe(() => seen.push([store.query(counted)[0]!.n, store.query(size), store.query(twice)])),
  )
  create('a')
  await task()
  expect(seen).toEqual([
    [1, 1, 2],
    [1, 1, 2],
    [1, 1, 2],
  ])
  for (const stop of stops) stop()
})

test('a signal is a value of the tab that computed values follow', async () => {
  const only = signal('a')
  const shown = computed(
    (get) =>
      get(
        select()
          .from(todos)
          .where(eq(todos.id, get(only))),
      )[0]?.text,
  )
  create('a', 'apple')
  create('b', 'bread')
  const heard: unknown[] = []
  const stop = store.subscribe(shown, (value) => heard.push(value))
  only.set('b')
  expect(store.query(only)).toBe('b')
  expect(store.query(shown)).toBe('bread')
  await task()
  only.update((id) => `${id}${id}`)
  only.set('b')
  await task()
  only.set('c')
  await task()
  expect(heard).toEqual(['apple', 'bread', undefined])
  stop()
  only.set('a')
  expect(store.query(shown)).toBe('apple')
})

test('what is not read any more is not followed', async () => {
  const detailed = signal(true)
  let computations = 0
  const shown = computed((get) => {
    computations++
    return get(detailed) ? get(texts).length : 'hidden'
  })
  const stop = store.live(shown).subscribe(() => undefined)
  detailed.set(false)
  await task()
  expect(store.query(shown)).toBe('hidden')
  const before = [computations, runs.length]
  create('a')
  await task()
  expect([computations, runs.length]).toEqual(before)
  stop()
})

test('an error goes to who asks, and is over when what it came from is', async () => {
  const share = computed((get) => {
    const { length } = get(texts)
    if (length === 0) throw new Error('nothing to share')
    return 1 / length
  })
  const report = computed((get) => `each ${get(share)}`)
  expect(() => store.query(report)).toThrow('nothing to share')
  const heard: string[] = []
  const stop = store.live(report).subscribe(() => heard.push(store.query(report)))
  create('a')
  await task()
  expect(heard).toEqual(['each 1'])
  stop()
})

test('who begins to watch between a change and its telling hears when it is as before again', async () => {
  const n = signal(1)
  const sum = computed((get) => get(n) + get(texts).length)
  const twice = computed((get) => get(sum) * 2)
  const heard: string[] = []
  const stops = [store.live(twice).subscribe(() => heard.push('twice'))]
  n.set(0)
  expect(store.query(sum)).toBe(0)
  stops.push(store.live(sum).subscribe(() => heard.push('sum')))
  create('a')
  await task()
  expect(store.query(sum)).toBe(1)
  expect(heard).toEqual(['sum'])
  for (const stop of stops) stop()
})

test('one that asks for itself says so', () => {
  const a: Computed<number> = computed((get) => get(b))
  const b: Computed<number> = computed((get) => get(a))
  expect(() => store.query(a)).toThrow('asks for itself')
})

test('a listener that throws keeps nobody from hearing', async () => {
  const reported: unknown[] = []
  const listen = (event: ErrorEvent) => void reported.push(event.error)
  const before = globalThis.reportError
  globalThis.reportError = (error) => listen({ error } as ErrorEvent)
  try {
    const heard: number[] = []
    const thrown = new Error('of a listener')
    const stops = [
      store.live(texts).subscribe(() => {
        throw thrown
      }),
      store.live(texts).subscribe(() => heard.push(1)),
    ]
    create('a')
    await task()
    expect(heard).toEqual([1])
    expect(reported).toEqual([thrown])
    for (const stop of stops) stop()
  } finally {
    globalThis.reportError = before
  }
})

/** Each adds what two others give, or one of them, by a signal. The numbers name signals, queries, and those before it. */
const graphs = fc.array(fc.record({ left: fc.nat(7), right: fc.nat(7), choose: fc.boolean() }), {
  minLength: 1,
  maxLength: 6,
})
const steps = fc.array(
  fc.oneof(
    fc.record({ set: fc.nat(1), to: fc.nat(2) }),
    fc.record({ create: fc.nat(4) }),
    fc.record({ watch: fc.nat(5) }),
    fc.record({ unwatch: fc.nat(5) }),
    fc.constant('task' as const),
  ),
  { maxLength: 25 },
)

test('whatever is watched: values are those of computing all anew, and listeners hear exactly of other ones', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, steps, async (graph, todo) => {
      const fresh = await createStorePromise({ schema, adapter: makeInMemoryAdapter(), storeId: 'graph' })
      const signals = [signal(0), signal(1)]
      const queries = [
        computed((get) => get(counted)[0]!.n),
        computed((get) => get(select().from(drafts)).length),
        computed((get) => get(texts).length % 2),
      ]
      const nodes: Reactive<number>[] = [...signals, ...queries]
      /** What each is, from nothing that was kept. */
      const plain: (() => number)[] = [
        ...signals.map(({ get }) => get),
        () => fresh.query(texts).length,
        () => 0,
        () => fresh.query(texts).length % 2,
      ]
      for (const { left, right, choose } of graph) {
        const [l, r] = [left % nodes.length, right % nodes.length]
        const [a, b] = [nodes[l]!, nodes[r]!]
        nodes.push(computed((get) => (choose ? (get(signals[0]!) ? get(a) : get(b)) : get(a) + get(b))))
        plain.push(() => (choose ? (signals[0]!.get() ? plain[l]!() : plain[r]!()) : plain[l]!() + plain[r]!()))
      }
      const ends = nodes.slice(5)
      const watched = new Map<number, { stop: () => void; last: number }>()
      const heard = new Set<number>()
      const settle = async () => {
        heard.clear()
        await task()
        for (const [at, watch] of watched) {
          const now = plain[at + 5]!()
          expect(heard.has(at)).toBe(now !== watch.last)
          watch.last = now
        }
      }
      for (const step of todo) {
        if (step === 'task') await settle()
        else if ('set' in step) signals[step.set]!.set(step.to)
        else if ('create' in step) fresh.commit(events.created({ id: fresh.query(texts).length.toString(), text: '' }))
        else if ('unwatch' in step) {
          const at = step.unwatch % ends.length
          watched.get(at)?.stop()
          watched.delete(at)
        } else {
          const at = step.watch % ends.length
          if (watched.has(at)) continue
          const stop = fresh.live(ends[at]!).subscribe(() => heard.add(at))
          watched.set(at, { stop, last: plain[at + 5]!() })
        }
        if (step !== 'task' && fc.hash(JSON.stringify(step)) % 2 === 0)
          expect(ends.map((end) => fresh.query(end))).toEqual(plain.slice(5).map((value) => value()))
      }
      await settle()
      expect(ends.map((end) => fresh.query(end))).toEqual(plain.slice(5).map((value) => value()))
      await fresh.shutdown()
    }),
    { numRuns: 60 },
  )
})
