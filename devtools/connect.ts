import type { Store } from '../src/index.ts'
import { isOfLeader, orderOf } from '../src/replica/inspection.ts'
import { createTap } from '../src/replica/tap.ts'
import { leaderName, type Message } from './model.ts'
import { channelName, type OnChannel, watchEvery } from './protocol.ts'
import { createWitness } from './rebases/witness.ts'
import { env } from './world.ts'

/** Tells `send` all that a panel hears: of this tab, of its leader wherever that is, and of the other tabs. Returns the way to stop. */
export function connect(store: Store, send: (message: Message) => void): () => void {
  const { inspect, status } = store
  const here = inspect.sessionId
  const tap = createTap(env, (told) => send({ type: 'told', from: here, told }))
  const tellStatus = () => send({ type: 'status', status: status.getState() })
  tellStatus()
  send({ type: 'order', order: orderOf(inspect.order()) })
  const stops = [
    status.subscribe(tellStatus),
    watchRows(store),
    store.trace((trace) => !isOfLeader(trace) && tap.hear(trace)),
    inspect.watch({
      onWatching: (state) => send({ type: 'leader', state }),
      onTold: (told) => send({ type: 'told', from: leaderName, told }),
      onRefused: ({ message }) => send({ type: 'refused', reason: message }),
    }),
    watchTabs(store.storeId, here, send),
  ]
  return () => {
    for (const stop of stops) stop()
    tap.close()
  }
}

/** Rebases tell which rows they changed. */
function watchRows({ inspect, trace }: Store): () => void {
  if (!inspect.page) return () => undefined
  const witness = createWitness(inspect.page.tables, inspect.schema.tables)
  const stopHearing = trace((told) => told.type === 'wrote' && witness.note(told.commits))
  const stopLooking = inspect.watchRows(witness.look)
  return () => {
    stopHearing()
    stopLooking()
  }
}

function watchTabs(storeId: string, here: string, send: (message: Message) => void): () => void {
  const channel = new BroadcastChannel(channelName(storeId))
  const watch = () => channel.postMessage({ type: 'watching', sessionId: here } satisfies OnChannel)
  channel.addEventListener('message', ({ data }: MessageEvent<OnChannel>) => {
    if (data.type === 'watching' || data.type === 'freeze' || data.sessionId === here) return
    if (data.type === 'told') send({ type: 'told', from: data.sessionId, told: data.told })
    else if (data.type === 'tab') send({ ...data, heardAt: env.now() })
    else send(data)
  })
  watch()
  const timer = setInterval(watch, watchEvery)
  return () => {
    clearInterval(timer)
    channel.close()
  }
}
