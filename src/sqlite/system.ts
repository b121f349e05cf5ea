import * as names from './names.ts'
import { readCString } from './text.ts'

const ENOENT = 44
const page = 65_536
const mostBytes = 2 ** 31
/** Memory grows by a fifth, so that many small steps are few large ones, but by no more than this beyond what is asked for. */
const mostAhead = 96 * 2 ** 20
/** The one file that can be opened. */
const randomFile = 3

/**
 * What SQLite's C code asks of the system that it was compiled for: memory, the time, and randomness, which it reads from
 * /dev/urandom. There are no other files: a database is in memory or on a VFS of ours. `memory` is not there before the
 * module is instantiated.
 */
export function systemCalls(memory: () => WebAssembly.Memory): WebAssembly.ModuleImports {
  const bytes = () => new Uint8Array(memory().buffer)
  const words = (at: number, count: number) => new Uint32Array(memory().buffer, at, count)

  return {
    [names.emscripten_resize_heap]: (wanted: number) => (grow(memory(), wanted >>> 0) ? 1 : 0),
    [names.emscripten_date_now]: () => Date.now(),
    [names.emscripten_get_now]: () => performance.now(),

    /** Fills the part of a `struct tm` that SQLite reads: seconds to years. */
    [names._localtime_js]: (low: number, high: number, tm: number) => {
      const date = new Date((high * 2 ** 32 + (low >>> 0)) * 1000)
      const time = [date.getSeconds(), date.getMinutes(), date.getHours()]
      words(tm, 6).set([...time, date.getDate(), date.getMonth(), date.getFullYear() - 1900])
    },
    /** Names of time zones, which nobody asks for. */
    [names._tzset_js]: () => {},

    [names.__syscall_openat]: (_directory: number, path: number) =>
      readCString(bytes(), path) === '/dev/urandom' ? randomFile : -ENOENT,
    [names.fd_read]: (_file: number, vector: number, _count: number, outRead: number) => {
      const [at = 0, length = 0] = words(vector, 2)
      crypto.getRandomValues(bytes().subarray(at, at + length))
      words(outRead, 1)[0] = length
      return 0
    },
    [names.fd_close]: () => 0,

    [names._abort_js]: () => stop('it aborted'),
    [names.__assert_fail]: (condition: number) => stop(`it asserts ${readCString(bytes(), condition)}`),
    [names.proc_exit]: (code: number) => stop(`it exited with ${code}`),
  }
}

/** For all that is left: there is no such file. */
export function refuse(): number {
  return -ENOENT
}

function grow(memory: WebAssembly.Memory, wanted: number): boolean {
  if (wanted > mostBytes) return false
  const ample = Math.min(Math.max(wanted, memory.buffer.byteLength * 1.2), wanted + mostAhead, mostBytes)
  return growTo(memory, ample) || growTo(memory, wanted)
}

function growTo(memory: WebAssembly.Memory, size: number): boolean {
  try {
    memory.grow(Math.ceil((size - memory.buffer.byteLength) / page))
    return true
  } catch {
    return false // the machine has no more
  }
}

/** Leaves the C frames half done, as a trap does. */
function stop(why: string): never {
  throw new WebAssembly.RuntimeError(`SQLite ended: ${why}`)
}
