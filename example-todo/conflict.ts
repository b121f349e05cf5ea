import { createStorePromise, makeInMemoryAdapter, nanoid } from 'headwater'
import { makeWebSocketBackend } from 'headwater/worker'
import { backendUrl } from './address.ts'
import { events, schema } from './schema.ts'
import type { TodoStore } from './store.ts'

/**
 * A conflict, as two people make one: this client works offline, another one commits meanwhile, and this one comes back. The
 * other client is a second store in memory, which meets this one only at the backend.
 */
export async function makeConflict(store: TodoStore): Promise<void> {
  const other = await createStorePromise({
    schema,
    adapter: makeInMemoryAdapter(),
    storeId: store.storeId,
    sync: { backend: makeWebSocketBackend({ url: backendUrl }) },
  })
  try {
    store.setOnline(false)
    await until(store, ({ connection }) => connection.name === 'offline')
    const id = nanoid()
    const mine = [
      store.commit(events.todoCreated({ id, text: 'Water the plants' })),
      store.commit(events.todoTextChanged({ id, text: 'Water the plants (mine, made offline)' })),
    ]
    await Promise.all(mine.map(({ persisted }) => persisted))
    await other.commit(events.todoCreated({ id: nanoid(), text: 'Feed the cat (of another client, who was first)' }))
      .confirmed
    store.setOnline(true)
    await Promise.all(mine.map(({ confirmed }) => confirmed))
  } finally {
    store.setOnline(true)
    await other.shutdown()
  }
}

function until(
  store: TodoStore,
  holds: (status: ReturnType<TodoStore['status']['getState']>) => boolean,
): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!holds(store.status.getState())) return
      stop()
      resolve()
    }
    const stop = store.status.subscribe(look)
    look()
  })
}
