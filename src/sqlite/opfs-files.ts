import { encodeText, readText } from './text.ts'

/**
 * Named files in a pool of OPFS files that are all held open: OPFS opens a file only asynchronously, and SQLite wants one
 * at once. Each OPFS file begins with a header that says whose bytes follow:
 *
 *     0          4        6                      4096
 *     checksum   length   name                   bytes of the file
 *
 * An empty OPFS file is free. A name is written before the first byte, and a file is freed by cutting it to nothing, so a
 * crash leaves each file either named or free.
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
    const missing = Math.max(wanted.total - files.count, wanted.free - files.free)
    files.add(await openAll(await created(directory, missing)))
    return files
  } catch (error) {
    files.close()
    throw error
  }
}

export class Files {
  readonly #handles: Handle[] = []
  readonly #free: Handle[] = []
  readonly #named = new Map<string, Handle>()

  add(handles: Handle[]): void {
    this.#handles.push(...handles)
    for (const handle of handles) {
      const name = readName(handle)
      if (name !== undefined) this.#named.set(name, handle)
      else if (isFree(handle)) this.#free.push(handle)
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

  /** Gives a name to a free file. A passing one is nameless on disk, and so free again after a crash. */
  create(name: string, passing: boolean): Handle {
    const handle = this.#free.at(-1)
    if (!handle) throw new Error(`all ${this.count} files of the pool are in use`)
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

function readName(handle: Handle): string | undefined {
  const header = new Uint8Array(6 + longestName)
  const view = new DataView(header.buffer)
  if (handle.read(header, { at: 0 }) < 6) return undefined
  const length = view.getUint16(4, true)
  if (length === 0 || length > longestName) return undefined
  const named = header.subarray(4, 6 + length)
  return view.getUint32(0, true) === checksum(named) ? readText(named, 2, length) : undefined
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

function clear(handle: Handle): void {
  handle.truncate(0)
  handle.flush()
}

/** Without a readable name: a header that a crash cut short is cleared, but a file with bytes is left alone for who can read it. */
function isFree(handle: Handle): boolean {
  if (handle.getSize() > headerSize) return false
  if (handle.getSize() > 0) clear(handle)
  return true
}

/** FNV-1a */
function checksum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
