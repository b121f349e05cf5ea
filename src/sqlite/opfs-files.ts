import { encodeText, readText } from './text.ts'

/**
 * Named files in a pool of OPFS files that are all held open: OPFS opens a file only asynchronously, and SQLite wants one
 * at once. Each OPFS file begins with a header that says whose bytes follow:
 *
 *     0          4        6          2048             4096
 *     checksum   length   name       the same again   bytes of the file
 *
 * A name without length means that the file is free. A name is written before the first byte, and taken away before the bytes
 * are cut off, so a crash leaves each file either named or free. Whatever else a header says was not written by us: such a file
 * has lost its name, and is not touched until somebody gives it another.
 */

/** What we use of a `FileSystemSyncAccessHandle`. */
export type Handle = {
  read(into: Uint8Array, options: { at: number }): number
  write(bytes: Uint8Array, options: { at: number }): number
  truncate(size: number): void
  getSize(): number
  flush(): void
  close(): void
}

/** What we use of a `FileSystemDirectoryHandle` and its files. */
export type Directory = {
  readonly kind: 'directory'
  getDirectoryHandle(name: string, options: { create: boolean }): Promise<Directory>
  getFileHandle(name: string, options: { create: boolean }): Promise<DirectoryFile>
  values(): AsyncIterable<Directory | DirectoryFile>
}
export type DirectoryFile = { readonly kind: 'file'; createSyncAccessHandle(): Promise<Handle> }

export const headerSize = 4096
const longestName = 512
const copies = [0, headerSize / 2]

/** Opens every file of the directory and adds new ones, up to `total` and with at least `free` that have no name. */
export async function openFiles(directory: Directory, wanted: { total: number; free: number }): Promise<Files> {
  const files = new Files()
  try {
    files.add(await openAll(await existing(directory)))
    await grow(files, directory, Math.max(wanted.total - files.count, wanted.free - files.free))
    return files
  } catch (error) {
    files.close()
    throw error
  }
}

/** A full disk refuses new files, but what is there should still be readable. */
async function grow(files: Files, directory: Directory, count: number): Promise<void> {
  try {
    files.add(await openAll(await created(directory, count)))
  } catch (error) {
    if (files.names.length === 0) throw error
    files.whyNoMore = error
  }
}

export class Files {
  readonly #handles: Handle[] = []
  readonly #free: Handle[] = []
  readonly #named = new Map<string, Handle>()
  /** They have bytes, and their headers are damaged. */
  readonly #nameless: Handle[] = []
  /** What prevented the pool from having as many files as was wanted. */
  whyNoMore: unknown

  add(handles: Handle[]): void {
    this.#handles.push(...handles)
    for (const handle of handles) this.#sort(handle)
  }

  #sort(handle: Handle): void {
    const name = readName(handle)
    const size = handle.getSize()
    if (name === '' && size === headerSize) {
      this.#free.push(handle)
    } else if (name === '' || (name === undefined && size <= headerSize)) {
      clear(handle)
      this.#free.push(handle)
    } else if (name === undefined || this.#named.has(name)) {
      this.#nameless.push(handle)
    } else {
      this.#named.set(name, handle)
    }
  }

  get count(): number {
    return this.#handles.length
  }

  get free(): number {
    return this.#free.length
  }

  get names(): string[] {
    return [...this.#named.keys()]
  }

  get(name: string): Handle | undefined {
    return this.#named.get(name)
  }

  /** A worker that died before it flushed left bytes that can be read, and that a power failure would take back. */
  flush(name: string): void {
    this.#named.get(name)?.flush()
  }

  /** Gives a name to a free file. A passing one is nameless on disk, and so free again after a crash. */
  create(name: string, passing: boolean): Handle {
    const handle = this.#free.at(-1)
    if (!handle) throw this.whyNoMore ?? new Error(`all ${this.count} files of the pool are in use`)
    if (!passing) writeName(handle, name)
    this.#free.pop()
    this.#named.set(name, handle)
    return handle
  }

  remove(name: string): void {
    const handle = this.#named.get(name)
    if (!handle) return
    clear(handle)
    this.#named.delete(name)
    this.#free.push(handle)
  }

  /** In one step, also across a crash. */
  rename(from: string, to: string): void {
    const handle = this.#named.get(from)
    if (!handle || this.#named.has(to)) throw new Error(`${from} cannot be renamed to ${to}`)
    writeName(handle, to)
    this.#named.delete(from)
    this.#named.set(to, handle)
  }

  /** Names the files that have lost their names. */
  adopt(nameOf: (index: number) => string): void {
    for (const [index, handle] of this.#nameless.splice(0).entries()) {
      writeName(handle, nameOf(index))
      this.#named.set(nameOf(index), handle)
    }
  }

  get nameless(): number {
    return this.#nameless.length
  }

  read(name: string): Uint8Array {
    const handle = this.#named.get(name)
    if (!handle) throw new Error(`there is no file ${name}`)
    const bytes = new Uint8Array(Math.max(handle.getSize() - headerSize, 0))
    handle.read(bytes, { at: headerSize })
    return bytes
  }

  /** Whether a file could grow by as much, tried on a free one. */
  hasRoom(bytes: number): boolean {
    const handle = this.#free.at(-1)
    if (!handle) return this.whyNoMore === undefined
    try {
      return handle.write(new Uint8Array(bytes), { at: headerSize }) === bytes
    } catch (error) {
      if (isQuota(error)) return false
      throw error
    } finally {
      handle.truncate(headerSize)
    }
  }

  /** Other workers can open them from now on. */
  close(): void {
    for (const handle of this.#handles) handle.close()
  }
}

async function existing(directory: Directory): Promise<DirectoryFile[]> {
  const files: DirectoryFile[] = []
  for await (const entry of directory.values()) if (entry.kind === 'file') files.push(entry)
  return files
}

function created(directory: Directory, count: number): Promise<DirectoryFile[]> {
  const names = Array.from({ length: Math.max(count, 0) }, () => crypto.randomUUID())
  return Promise.all(names.map((name) => directory.getFileHandle(name, { create: true })))
}

/** All or none: handles that were got before another one failed would block every later attempt. */
async function openAll(files: DirectoryFile[]): Promise<Handle[]> {
  const results = await Promise.allSettled(files.map((file) => file.createSyncAccessHandle()))
  const handles = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const failed = results.find((result) => result.status === 'rejected')
  if (!failed) return handles
  for (const handle of handles) handle.close()
  throw failed.reason
}

/** Empty for a free file, undefined for one whose header was damaged. */
function readName(handle: Handle): string | undefined {
  const header = new Uint8Array(headerSize)
  handle.read(header, { at: 0 })
  return copies.map((at) => nameIn(header.subarray(at, at + 6 + longestName))).find((name) => name !== undefined)
}

function nameIn(header: Uint8Array): string | undefined {
  const view = new DataView(header.buffer, header.byteOffset)
  const length = view.getUint16(4, true)
  if (length > longestName || view.getUint32(0, true) !== checksum(header.subarray(4, 6 + length))) return undefined
  return readText(header, 6, length)
}

function writeName(handle: Handle, name: string): void {
  const bytes = encodeText(name)
  if (bytes.length > longestName) throw new RangeError(`a file name of ${bytes.length} bytes is too long`)
  const header = new Uint8Array(headerSize)
  for (const at of copies) {
    const view = new DataView(header.buffer, at)
    header.set(bytes, at + 6)
    view.setUint16(4, bytes.length, true)
    view.setUint32(0, checksum(header.subarray(at + 4, at + 6 + bytes.length)), true)
  }
  handle.write(header, { at: 0 })
  handle.flush()
}

/** The name goes first: from then on the file is free, whatever happens. Its room is kept, so that a full disk can still name it. */
function clear(handle: Handle): void {
  writeName(handle, '')
  handle.truncate(headerSize)
}

export function isQuota(error: unknown): boolean {
  return error instanceof Error && error.name === 'QuotaExceededError'
}

/** FNV-1a */
function checksum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
