import type { Files, Handle } from './opfs-files.ts'
import { headerSize, isQuota } from './opfs-files.ts'
import { isPage, isSealed, seal } from './page-checksum.ts'
import { OK, type Pointer, type Raw } from './raw.ts'
import { encodeText, readCString } from './text.ts'
import type { Vfs } from './vfs.ts'

// Result codes
const CORRUPT = 11
const FULL = 13
const CANTOPEN = 14
const NOTFOUND = 12
const IOERR_READ = 266
const IOERR_SHORT_READ = 522
const IOERR_WRITE = 778
const IOERR_FSYNC = 1034
const IOERR_TRUNCATE = 1546
const IOERR_FSTAT = 1802
const IOERR_DELETE = 2570

// Flags of xOpen
const OPEN_CREATE = 4
const OPEN_DELETEONCLOSE = 8
const OPEN_MAIN_DB = 0x100

// What is promised of the files: nobody deletes an open one, and writing next to a byte never harms it.
const UNDELETABLE_WHEN_OPEN = 0x800
const POWERSAFE_OVERWRITE = 0x1000

/** Writes between two words that the thread is alive. One that makes a file larger may take half a millisecond. */
const sayEvery = 512

type OpenFile = {
  readonly name: string
  readonly handle: Handle
  readonly deleteOnClose: boolean
  /** A database, not a log or a journal of one: its pages have checksums. */
  readonly isDatabase: boolean
}

/**
 * SQLite's file system on a pool of files. The names and arguments are those of C, a 64-bit integer being two arguments,
 * low half first. No method throws: an exception would leave SQLite's C frames half done.
 */
export class OpfsVfs implements Vfs {
  readonly name: string
  readonly mxPathname = 256
  /** What was thrown last, until somebody takes it. */
  #failure: unknown
  readonly #raw: Raw
  readonly #files: Files
  readonly #open = new Map<Pointer, OpenFile>()
  #temporary = 0
  readonly #onBusy: (() => void) | undefined
  #written = 0

  /** `onBusy` is called again and again while much is written: one COMMIT may take seconds. */
  constructor(raw: Raw, name: string, files: Files, onBusy?: () => void) {
    this.#raw = raw
    this.name = name
    this.#files = files
    this.#onBusy = onBusy
  }

  takeFailure(): unknown {
    const failure = this.#failure
    this.#failure = undefined
    return failure
  }

  isOpen(name: string): boolean {
    return [...this.#open.values()].some((file) => file.name === name)
  }

  xOpen(_vfs: Pointer, zName: Pointer, file: Pointer, flags: number, outFlags: Pointer): number {
    return this.#guard(CANTOPEN, () => {
      const name = zName === 0 ? `temporary ${++this.#temporary}` : readCString(this.#raw.heap(), zName)
      const deleteOnClose = (flags & OPEN_DELETEONCLOSE) !== 0
      const handle =
        this.#files.get(name) ?? (flags & OPEN_CREATE ? this.#files.create(name, deleteOnClose) : undefined)
      if (!handle) return CANTOPEN
      this.#open.set(file, { name, handle, deleteOnClose, isDatabase: (flags & OPEN_MAIN_DB) !== 0 })
      this.#setInt32(outFlags, flags)
      return OK
    })
  }

  // Also called for a file that could not be opened.
  xClose(file: Pointer): number {
    return this.#guard(IOERR_DELETE, () => {
      const closed = this.#open.get(file)
      this.#open.delete(file)
      if (closed?.deleteOnClose) this.#files.remove(closed.name)
      return OK
    })
  }

  xRead(file: Pointer, data: Pointer, length: number, low: number, high: number): number {
    return this.#guard(IOERR_READ, () => {
      const { name, handle, isDatabase } = this.#get(file)
      const into = this.#raw.heap().subarray(data, data + length)
      const at = toNumber(low, high)
      const count = handle.read(into, { at: headerSize + at })
      if (isDatabase && isPage(length) && !(count === length && isSealed(into, at))) {
        this.#failure = new Error(`the page at ${at} of ${name} is damaged`)
        return CORRUPT
      }
      if (count === length) return OK
      into.fill(0, count)
      return IOERR_SHORT_READ
    })
  }

  xWrite(file: Pointer, data: Pointer, length: number, low: number, high: number): number {
    return this.#guard(IOERR_WRITE, () => {
      const { handle, isDatabase } = this.#get(file)
      const bytes = this.#raw.heap().subarray(data, data + length)
      const at = toNumber(low, high)
      if (isDatabase && isPage(length) && !seal(bytes, at)) return CORRUPT
      const count = handle.write(bytes, { at: headerSize + at })
      this.#written += 1
      if (this.#written % sayEvery === 0) this.#onBusy?.()
      if (count === length) return OK
      // Without room Chromium throws, but in a private window it only gives another number.
      this.#failure = new Error(`${count} bytes were written instead of ${length}`)
      return FULL
    })
  }

  xTruncate(file: Pointer, low: number, high: number): number {
    return this.#guard(IOERR_TRUNCATE, () => {
      this.#get(file).handle.truncate(headerSize + toNumber(low, high))
      return OK
    })
  }

  xSync(file: Pointer, _flags: number): number {
    return this.#guard(IOERR_FSYNC, () => {
      this.#get(file).handle.flush()
      return OK
    })
  }

  xFileSize(file: Pointer, outSize: Pointer): number {
    return this.#guard(IOERR_FSTAT, () => {
      const size = Math.max(this.#get(file).handle.getSize() - headerSize, 0)
      this.#setInt32(outSize, size | 0)
      this.#setInt32(outSize + 4, Math.floor(size / 2 ** 32))
      return OK
    })
  }

  xDelete(_vfs: Pointer, zName: Pointer, _syncDirectory: number): number {
    return this.#guard(IOERR_DELETE, () => {
      this.#files.remove(readCString(this.#raw.heap(), zName))
      return OK
    })
  }

  xAccess(_vfs: Pointer, zName: Pointer, _flags: number, outResult: Pointer): number {
    const exists = this.#files.get(readCString(this.#raw.heap(), zName)) !== undefined
    this.#setInt32(outResult, exists ? 1 : 0)
    return OK
  }

  /** There are no directories in a pool, so a name is its own path. */
  xFullPathname(_vfs: Pointer, zName: Pointer, size: number, out: Pointer): number {
    const heap = this.#raw.heap()
    const bytes = encodeText(`${readCString(heap, zName)}\0`)
    if (bytes.length > size) return CANTOPEN
    heap.set(bytes, out)
    return OK
  }

  // Locks: the handles are exclusive, so no other connection could hold one.

  xLock(_file: Pointer, _level: number): number {
    return OK
  }

  xUnlock(_file: Pointer, _level: number): number {
    return OK
  }

  xCheckReservedLock(_file: Pointer, outResult: Pointer): number {
    this.#setInt32(outResult, 0)
    return OK
  }

  xFileControl(): number {
    return NOTFOUND
  }

  xSectorSize(): number {
    return headerSize
  }

  xDeviceCharacteristics(): number {
    return UNDELETABLE_WHEN_OPEN | POWERSAFE_OVERWRITE
  }

  #get(file: Pointer): OpenFile {
    const open = this.#open.get(file)
    if (!open) throw new Error('the file is not open')
    return open
  }

  #guard(code: number, run: () => number): number {
    try {
      return run()
    } catch (error) {
      this.#failure = error
      return isQuota(error) ? FULL : code
    }
  }

  #setInt32(at: Pointer, value: number): void {
    new DataView(this.#raw.heap().buffer).setInt32(at, value, true)
  }
}

function toNumber(low: number, high: number): number {
  return high * 2 ** 32 + (low >>> 0)
}
