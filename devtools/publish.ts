import type { Store } from '../src/index.ts'
import { isOfLeader, orderOf } from '../src/replica/inspection.ts'
import { createTap } from '../src/replica/tap.ts'
import { type OnChannel, watchEnds } from './protocol.ts'
import { env } from './world.ts'

/** This tab tells the panels of others what it does, from now until none of them watches any more. */
export function publish(store: Store, channel: BroadcastChannel, onEnd: () => void) {
  const { sessionId, order } = store.inspect
  const say = (message: OnChannel) => channel.postMessage(message)
  const introduce = () => say({ type: 'tab', sessionId, label: document.title, order: orderOf(order()) })
  const tap = createTap(env, (told) => say({ type: 'told', sessionId, told }))
  const stopHearing = store.trace((trace) => !isOfLeader(trace) && tap.hear(trace))
  let cancel = env.after(watchEnds, end)

  function end() {
    cancel()
    stopHearing()
    tap.close()
    onEnd()
  }

  introduce()
  return {
    watched() {
      cancel()
      cancel = env.after(watchEnds, end)
      introduce()
    },
    end,
  }
}
