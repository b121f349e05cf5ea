import { createMemoryEngine, startServer } from '../server/index.ts'
import { storedCommit } from '../src/backend/event-log.ts'
import { todo } from './pages/todos/todo.ts'

export type Backend = {
  readonly url: string
  /** Appends todos from this number on, one commit each, as another client would. */
  append(storeId: string, from: number, count: number): Promise<void>
}

const page = 10_000

/** A sync backend in this process, its log in memory. */
export async function withBackend<T>(use: (backend: Backend) => Promise<T>): Promise<T> {
  const engine = createMemoryEngine()
  const server = await startServer({ engine })
  try {
    return await use({
      url: server.url,
      async append(storeId, from, count) {
        for (let done = 0; done < count; done += page)
          await appendPage(storeId, from + done, Math.min(page, count - done))
      },
    })
  } finally {
    await server.close()
    await engine.close()
  }

  async function appendPage(storeId: string, from: number, count: number) {
    const { backendId, head } = (await engine.open(storeId, { create: true }))!
    const commits = Array.from({ length: count }, (_, index) => {
      const { id, ...args } = todo(from + index)
      return storedCommit([`seed-${id}`, 'seeder', 'the-seeder', 0, [['v1.TodoCreated', { id, ...args }]]])
    })
    const appended = await engine.append(storeId, { backendId, parent: head.seq, commits })
    if (appended.type !== 'appended') throw new Error(`the backend answers ${appended.type}`)
  }
}
