/** A server on a free port for one test, with clients; all of it ends with the test. */
import { onTestFinished } from 'vitest'
import type { EventLog } from '../../src/backend/event-log.ts'
import { createMemoryEngine } from '../memory-engine.ts'
import { type ServerOptions, startServer } from '../server.ts'
import { connect, type TestClient } from './client.ts'

export async function serve(options: Partial<ServerOptions> = {}) {
  const engine = options.engine ?? createMemoryEngine()
  const server = await startServer({ ...options, engine })
  const clients: TestClient[] = []
  onTestFinished(async () => {
    for (const client of clients) client.terminate()
    await server.close()
    await engine.close()
  })
  return {
    ...server,
    engine,
    async connect(headers?: Record<string, string>): Promise<TestClient> {
      const client = await connect(server.url, headers)
      clients.push(client)
      return client
    },
    /** Connected and let in. */
    async enter(storeId?: string, hello?: object): Promise<TestClient> {
      const client = await this.connect()
      await client.hello(storeId, hello)
      return client
    },
  }
}

/** An engine whose methods a test may replace. */
export function overriding(engine: EventLog, methods: Partial<EventLog>): EventLog {
  return { ...engine, ...methods }
}

/** A promise that a test settles. */
export function createGate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}
