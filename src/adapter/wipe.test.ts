import { expect, test } from 'vitest'
import type { Locks, Port } from '../leader/ports.ts'
import { InvalidStoreId } from '../session/store.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { onWipe, WipeBlocked, type WipeWorld, wipe } from './wipe.ts'

type Listener = (event: MessageEvent) => void

function setUp(removals: boolean[] = []) {
  const { env, live } = manualEnv()
  const channels = new Map<string, Set<Listener>>()
  const removed: string[] = []
  const waiting: { granted: () => void; refused: (error: unknown) => void }[] = []
  let isHeld = false
  const locks: Locks = {
    request: (_name, { signal }, held) =>
      new Promise((resolve, reject) => {
        const granted = () => {
          Promise.resolve(held()).then(resolve, reject)
        }
        if (!isHeld) return granted()
        waiting.push({ granted, refused: reject })
        signal?.addEventListener('abort', () => reject(signal.reason))
      }),
  }
  const openChannel = (name: string): Port => {
    const own = new Set<Listener>()
    const all = channels.get(name) ?? new Set()
    channels.set(name, all)
    return {
      postMessage(data) {
        for (const hear of all) if (!own.has(hear)) hear({ data, ports: [] as readonly MessagePort[] } as MessageEvent)
      },
      addEventListener(_type, hear) {
        own.add(hear)
        all.add(hear)
      },
      close() {
        for (const hear of own) all.delete(hear)
      },
    }
  }
  const world: WipeWorld = {
    env,
    locks,
    openChannel,
    async removeFiles(storeId) {
      const isFree = removals.shift() ?? true
      if (isFree) removed.push(storeId)
      return isFree
    },
  }
  return {
    world,
    live,
    removed,
    lead() {
      isHeld = true
    },
    letGo() {
      isHeld = false
      for (const { granted } of waiting.splice(0)) granted()
    },
    listeners: () => [...channels.values()].reduce((count, all) => count + all.size, 0),
  }
}

test('where nobody has the store open, its files are removed at once', async () => {
  const { world, removed, live } = setUp()
  const wiped = wipe('store', {}, world)
  await live(0)
  await wiped
  expect(removed).toEqual(['store'])
})

test('whoever has it open is called until it lets go, also who opens it meanwhile', async () => {
  const { world, removed, live, lead, letGo, listeners } = setUp([false, true])
  lead()
  const heard: string[] = []
  const forget = onWipe(world.openChannel, 'store', () => heard.push('first'))
  const wiped = wipe('store', {}, world)
  await live(250)
  onWipe(world.openChannel, 'store', letGo)
  onWipe(world.openChannel, 'other', () => heard.push('another store'))
  forget()
  await live(300)
  await wiped
  expect(heard).toEqual(['first', 'first', 'first'])
  expect(removed).toEqual(['store']) // at the second attempt: a worker that ends holds its files a little longer
  expect(listeners()).toBe(2)
})

test('a tab that does not let go is told of, and nothing is removed', async () => {
  const { world, removed, live, lead } = setUp()
  lead()
  const wiped = wipe('store', { timeoutMs: 1_000 }, world)
  const end = expect(wiped).rejects.toBeInstanceOf(WipeBlocked)
  await live(2_000)
  await end
  expect(removed).toEqual([])
})

test('a name that is none is refused', async () => {
  await expect(wipe('../other', {}, setUp().world)).rejects.toThrow(InvalidStoreId)
})
