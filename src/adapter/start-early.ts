import { compiled } from '../sqlite/wasm.ts'
import { startEarly } from './early-worker.ts'

/** What a page does before it loads anything else, where the Vite plugin knows its worker. */
export function start(worker: () => Worker) {
  startEarly(worker)
  compiled().catch(() => undefined) // asked for again, and told of, when it is needed
}
