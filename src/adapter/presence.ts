import { lockNames } from '../leader/broker-protocol.ts'
import { hold } from '../leader/ports.ts'
import type { TabWorld } from './tab-world.ts'

/**
 * A session is there as long as it holds its lock: leaders forget one whose lock is free. A page that is put aside, and may come
 * back as it was, gives it up: browsers put no page aside that holds one. `onReturn` is called when the session is there again.
 */
export async function enter({ locks, onHide, onReturn }: TabWorld, sessionId: string) {
  const enterNow = () => hold(locks, lockNames.session(sessionId))
  const returning = new Set<() => void>()
  /** The way to leave; undefined while the page is put aside. */
  let entered: Promise<() => void> | undefined = enterNow()

  const leave = () => {
    void entered?.then((leaveNow) => leaveNow())
    entered = undefined
  }

  const comeBack = async () => {
    if (entered) return
    entered = enterNow()
    await entered
    for (const call of returning) call()
  }

  await entered
  const forget = [onHide((persisted) => persisted && leave()), onReturn(() => void comeBack())]

  return {
    onReturn(call: () => void): () => void {
      returning.add(call)
      return () => returning.delete(call)
    },
    end() {
      for (const undo of forget) undo()
      leave()
    },
  }
}
