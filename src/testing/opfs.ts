import type { Directory, DirectoryFile, Handle } from '../sqlite/opfs-files.ts'

/** An OPFS in memory that can be killed, cut from power, and filled up. */
export type FakeOpfs = {
  readonly root: Directory
  /** Thrown by every write that needs more room, and for every new file, from now on. */
  fill(error: Error | undefined): void
  /** The worker dies: its handles are gone, and what it wrote stays. */
  kill(): void
  /** The power fails: as `kill`, and what was not flushed is lost. */
  cutPower(): void
  /** Files that somebody holds. */
  held(): number
}

/** The first `size` of `bytes` are the file; more are kept, so that it grows cheaply. */
type File = { bytes: Uint8Array; size: number; flushed: Uint8Array; holder: Handle | undefined }
type World = { readonly files: File[]; writeError: Error | undefined }

export function fakeOpfs(): FakeOpfs {
  const world: World = { files: [], writeError: undefined }
  const release = () => {
    for (const file of world.files) file.holder = undefined
  }
  return {
    root: fakeDirectory(world),
    fill(error) {
      world.writeError = error
    },
    kill: release,
    cutPower() {
      release()
      for (const file of world.files) {
        file.bytes = file.flushed.slice()
        file.size = file.bytes.length
      }
    },
    held: () => world.files.filter((file) => file.holder).length,
  }
}

function fakeDirectory(world: World): Directory {
  const entries = new Map<string, Directory | DirectoryFile>()
  const entry = <T extends Directory | DirectoryFile>(name: string, create: boolean, make: () => T): T => {
    if (!entries.has(name) && !create) throw new DOMException(`no ${name}`, 'NotFoundError')
    if (!entries.has(name)) entries.set(name, make())
    return entries.get(name) as T
  }
  return {
    kind: 'directory',
    getDirectoryHandle: async (name, { create }) => entry(name, create, () => fakeDirectory(world)),
    getFileHandle: async (name, { create }) => entry(name, create, () => fakeFile(world)),
    async *values() {
      yield* entries.values()
    },
  }
}

function fakeFile(world: World): DirectoryFile {
  if (world.writeError) throw world.writeError
  const nothing = new Uint8Array(0)
  const file: File = { bytes: nothing, size: 0, flushed: nothing, holder: undefined }
  world.files.push(file)
  return {
    kind: 'file',
    async createSyncAccessHandle() {
      if (file.holder) throw new DOMException('another handle is open', 'NoModificationAllowedError')
      file.holder = fakeHandle(world, file)
      return file.holder
    },
  }
}

function fakeHandle(world: World, file: File): Handle {
  const handle: Handle = {
    read(into, { at }) {
      const found = held().bytes.subarray(at, Math.min(at + into.length, file.size))
      into.set(found)
      return found.length
    },
    write(bytes, { at }) {
      if (world.writeError && held().size < at + bytes.length) throw world.writeError
      if (held().size < at + bytes.length) resize(file, at + bytes.length)
      file.bytes.set(bytes, at)
      return bytes.length
    },
    truncate(size) {
      if (world.writeError && size > held().size) throw world.writeError
      resize(held(), size)
    },
    getSize: () => held().size,
    flush() {
      file.flushed = held().bytes.slice(0, file.size)
    },
    close() {
      if (file.holder === handle) file.holder = undefined
    },
  }
  const held = () => {
    if (file.holder === handle) return file
    throw new DOMException('the handle is closed', 'InvalidStateError')
  }
  return handle
}

function resize(file: File, size: number): void {
  if (size > file.bytes.length) {
    const larger = new Uint8Array(size * 2)
    larger.set(file.bytes.subarray(0, file.size))
    file.bytes = larger
  }
  if (size < file.size) file.bytes.fill(0, size, file.size)
  file.size = size
}
