import { lockNames } from '../leader/broker-protocol.ts'
import { hold } from '../leader/ports.ts'
import type { TabWorld } from './tab-world.ts'

/** What is open only while the page is there. */
type Connected = { close(): void }

/**
 * A session is there as long as it holds its lock: leaders forget one whose lock is free. A page that is put aside, and may come
 * back as it was, gives up its lock and its connections, and makes them anew when it is back: browsers put no page aside that
 * others could wait for, and end one that a message reaches.
 */
export async function enter({ locks, onHide, onReturn }: TabWorld, sessionId: string) {
  const enterNow = () => hold(locks, lockNames.session(sessionId))
  const connections = new Set<{ open(): void; close(): void }>()
  /** The way to leave; undefined while the page is put aside. */
  let entered: Promise<() => void> | undefined = enterNow()

  const leave = () => {
    for (const { close } of connections) close()
    void entered?.then((leaveNow) => leaveNow())
    entered = undefined
  }

  const comeBack = async () => {
    if (entered) return
    const entering = enterNow()
    entered = entering
    await entering
    if (entered === entering) for (const { open } of connections) open()
  }

  await entered
  const forget = [onHide((persisted) => persisted && leave()), onReturn(() => void comeBack())]

  return {
    /** Gives the way to end it for good. */
    whileHere(connect: () => Connected): () => void {
      let connected: Connected | undefined
      const connection = {
        open() {
          connected ??= connect()
        },
        close() {
          connected?.close()
          connected = undefined
        },
      }
      connections.add(connection)
      if (entered) connection.open()
      return () => {
        connections.delete(connection)
        connection.close()
      }
    },
    end() {
      for (const undo of forget) undo()
      leave()
    },
  }
}
