import { encodeText, readText } from './text.ts'

/**
 * Named files in a pool of OPFS files that are all held open: OPFS opens a file only asynchronously, and SQLite wants one
 * at once. Each OPFS file begins with a header that says whose bytes follow:
 *
 *     0          4        6                      4096
 *     checksum   length   name                   bytes of the file
 *
 * A blank header means that the file is free. A name is written before the first byte, and blanked before the bytes are cut
 * off, so a crash leaves each file either named or free.
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
    if (files.count === 0) throw error
    files.whyNoMore = error
  }
}

export class Files {
  readonly #handles: Handle[] = []
  readonly #free: Handle[] = []
  readonly #named = new Map<string, Handle>()
  /** What prevented the pool from having as many files as was wanted. */
  whyNoMore: unknown

  add(handles: Handle[]): void {
    this.#handles.push(...handles)
    for (const handle of handles) this.#sort(handle)
  }

  #sort(handle: Handle): void {
    const { name, isBlank } = readHeader(handle)
    const size = handle.getSize()
    if (name !== undefined) {
      this.#named.set(name, handle)
    } else if (isBlank || size <= headerSize) {
      if (!isBlank || size !== headerSize) clear(handle)
      this.#free.push(handle)
    }
    // else it has bytes under a damaged name: left alone, for somebody may be able to read them.
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

type Header = { readonly name: string | undefined; readonly isBlank: boolean }

function readHeader(handle: Handle): Header {
  const header = new Uint8Array(6 + longestName)
  handle.read(header, { at: 0 })
  const view = new DataView(header.buffer)
  const length = Math.min(view.getUint16(4, true), longestName)
  const isSound = length > 0 && view.getUint32(0, true) === checksum(header.subarray(4, 6 + length))
  return { name: isSound ? readText(header, 6, length) : undefined, isBlank: header.every((byte) => byte === 0) }
}

function writeName(handle: Handle, name: string): void {
  const bytes = encodeText(name)
  if (bytes.length > longestName) throw new RangeError(`a file name of ${bytes.length} bytes is too long`)
  const header = new Uint8Array(6 + bytes.length)
  const view = new DataView(header.buffer)
  header.set(bytes, 6)
  view.setUint16(4, bytes.length, true)
  view.setUint32(0, checksum(header.subarray(4)), true)
  handle.write(header, { at: 0 })
  handle.flush()
}

/** The header goes first: from then on the file is free, whatever happens. Its room is kept, so that a full disk can still name it. */
function clear(handle: Handle): void {
  handle.write(new Uint8Array(6 + longestName), { at: 0 })
  handle.flush()
  handle.truncate(headerSize)
}

/** FNV-1a */
function checksum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
