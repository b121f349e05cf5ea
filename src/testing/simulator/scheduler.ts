import type { Env } from '../../replica/env.ts'
import type { Random } from './random.ts'

/**
 * A thread of the simulated world: a tab, a worker, the broker, the backend. It can die, with all that it started, or stand
 * still for a while; what others see of that is that it does nothing.
 */
export type Thread = {
  readonly name: string
  readonly isAlive: boolean
  readonly isFrozen: boolean
  /** The world, as this thread sees it. */
  readonly env: Env
  /** A thread that dies with this one. */
  spawn(name: string): Thread
  /** Runs `call` in this thread after `ms`, unless it is dead by then; while it is frozen it waits. Gives the way to cancel. */
  schedule(ms: number, call: () => void): () => void
  /** Called once when it dies. */
  onDeath(call: () => void): void
  kill(): void
  freeze(): void
  thaw(): void
}

type Task = {
  readonly at: number
  readonly serial: number
  readonly thread: Thread
  readonly call: () => void
  cancelled: boolean
}

export type Scheduler = {
  now(): number
  thread(name: string): Thread
  /** Runs what is due, one task after the other, until `until` says so or the clock would pass `end`. */
  run(end: number, until?: () => boolean): Promise<void>
  /** Tasks that wait for their time, by thread. */
  waiting(): string[]
  /**
   * Forgets what still waits. Comlink holds on to ports for the life of the process, a port to its thread, and a thread to its
   * scheduler: what hangs on that would never be freed.
   */
  end(): void
  readonly tasks: number
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-'

/** Time that passes only by what happens in it, and in the same way every time. */
export function createScheduler(random: Random): Scheduler {
  const ids = random.fork()
  const chances = random.fork()
  const queue = createQueue()
  let now = 0
  let serial = 0
  let tasks = 0

  const randomId = (size: number) => {
    let id = ''
    while (id.length < size) id += alphabet[ids.below(64)]
    return id
  }

  const thread = (name: string): Thread => {
    const chance = chances.named(name)
    let children: Thread[] = []
    let endings: (() => void)[] = []
    let held: Task[] = []
    let isAlive = true
    let isFrozen = false

    const self: Thread = {
      name,
      get isAlive() {
        return isAlive
      },
      get isFrozen() {
        return isFrozen
      },
      env: {
        // Whole milliseconds, as a clock on the wall has.
        now: () => Math.floor(now),
        elapsed: () => now,
        randomId,
        random: () => chance.number(),
        after: (ms, call) => self.schedule(ms, call),
        defer: (call) => void self.schedule(0, call),
      },
      spawn(child) {
        const spawned = thread(`${name}/${child}`)
        children.push(spawned)
        return spawned
      },
      schedule(ms, call) {
        const task: Task = { at: now + Math.max(0, ms), serial: ++serial, thread: self, call, cancelled: false }
        if (isAlive) queue.add(task)
        return () => {
          task.cancelled = true
        }
      },
      onDeath: (call) => void endings.push(call),
      kill() {
        if (!isAlive) return
        isAlive = false
        const dying = { children, endings }
        held = []
        children = []
        endings = []
        for (const child of dying.children) child.kill()
        for (const end of dying.endings) end()
      },
      freeze() {
        isFrozen = true
        for (const child of children) child.freeze()
      },
      thaw() {
        isFrozen = false
        for (const child of children) child.thaw()
        // The same task, not a copy: whoever set it can still cancel it.
        for (const task of held) queue.add(Object.assign(task, { at: now, serial: ++serial }))
        held = []
      },
    }
    return Object.assign(self, { hold: (task: Task) => held.push(task) })
  }

  return {
    now: () => now,
    thread,
    async run(end, until = () => false) {
      while (!until()) {
        const task = queue.next(end)
        if (!task) {
          now = Math.max(now, end)
          return
        }
        if (task.cancelled || !task.thread.isAlive) continue
        if (task.thread.isFrozen) {
          ;(task.thread as Thread & { hold(task: Task): void }).hold(task)
          continue
        }
        now = Math.max(now, task.at)
        tasks++
        try {
          task.call()
        } catch (error) {
          // A thread that died in the middle of a call ends there, whatever the call still threw.
          if (task.thread.isAlive) throw error
        }
        await promises()
      }
    },
    waiting: () => queue.all().flatMap((task) => (task.cancelled || !task.thread.isAlive ? [] : task.thread.name)),
    end: () => queue.clear(),
    get tasks() {
      return tasks
    },
  }
}

/** Enough turns for all that hangs on promises alone; what needs more goes on after the next task, in every run alike. */
async function promises(): Promise<void> {
  for (let turn = 0; turn < 40; turn++) await null
}

/** A binary heap by time, then by order of entry. */
function createQueue() {
  const heap: Task[] = []
  const before = (a: Task, b: Task) => a.at < b.at || (a.at === b.at && a.serial < b.serial)
  const swap = (a: number, b: number) => {
    const kept = heap[a]!
    heap[a] = heap[b]!
    heap[b] = kept
  }
  return {
    all: () => [...heap],
    clear() {
      heap.length = 0
    },
    add(task: Task) {
      heap.push(task)
      for (let at = heap.length - 1; at > 0; ) {
        const parent = (at - 1) >> 1
        if (!before(heap[at]!, heap[parent]!)) return
        swap(at, parent)
        at = parent
      }
    },
    /** The first task, if it is not later than `end`. */
    next(end: number): Task | undefined {
      const first = heap[0]
      if (!first || first.at > end) return undefined
      const last = heap.pop()!
      if (heap.length > 0) {
        heap[0] = last
        sink()
      }
      return first
    },
  }

  function sink() {
    for (let at = 0; ; ) {
      const left = 2 * at + 1
      let least = at
      if (left < heap.length && before(heap[left]!, heap[least]!)) least = left
      if (left + 1 < heap.length && before(heap[left + 1]!, heap[least]!)) least = left + 1
      if (least === at) return
      swap(at, least)
      at = least
    }
  }
}
