import type { Store } from '../../src/index.ts'
import { channelOf, everyone, type OnEveryone, type ToTab } from './protocol.ts'

/** Says that this tab can be looked at, and lets pages attach. The code for it is loaded when the first of them does. */
export function announce(store: Store): () => void {
  const { storeId } = store
  const { sessionId } = store.inspect
  const all = new BroadcastChannel(everyone)
  const own = new BroadcastChannel(channelOf(sessionId))
  const say = (message: OnEveryone) => all.postMessage(message)
  const here = () => say({ type: 'here', storeId, sessionId, title: document.title })
  let serving: Promise<{ hear(message: ToTab): void; end(): void }> | undefined
  let isOver = false

  const load = async () => {
    const [{ serve }, { pageSource }] = await Promise.all([import('./serve.ts'), import('../tab/page-source.ts')])
    return serve(pageSource(store), own)
  }

  all.addEventListener('message', ({ data }: MessageEvent<OnEveryone>) => {
    if (data.type === 'who') here()
  })
  own.addEventListener('message', async ({ data }: MessageEvent<ToTab>) => {
    serving ??= load()
    const { hear } = await serving
    if (!isOver) hear(data)
  })
  here()
  const bye = () => say({ type: 'bye', sessionId })
  addEventListener('pagehide', bye)
  return () => {
    isOver = true
    removeEventListener('pagehide', bye)
    void serving?.then(({ end }) => end())
    bye()
    all.close()
    own.close()
  }
}
