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

/** What a write replaced, and how large the file was before it. */
type Undo = { readonly at: number; readonly bytes: Uint8Array; readonly size: number }

/**
 * The first `size` of `bytes` are the file; more are kept, so that it grows cheaply. `undo` takes back what was not flushed,
 * last first.
 */
type File = { bytes: Uint8Array; size: number; undo: Undo[]; holder: Handle | undefined }
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
      for (const file of world.files) takeBack(file)
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
  const file: File = { bytes: nothing, size: 0, undo: [], holder: undefined }
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
      remember(held(), at, bytes.length)
      if (file.size < at + bytes.length) resize(file, at + bytes.length)
      file.bytes.set(bytes, at)
      return bytes.length
    },
    truncate(size) {
      if (world.writeError && size > held().size) throw world.writeError
      remember(held(), size, file.size - size)
      resize(file, size)
    },
    getSize: () => held().size,
    flush() {
      held().undo = []
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

function remember(file: File, at: number, length: number): void {
  file.undo.push({ at, bytes: file.bytes.slice(at, Math.max(at, Math.min(at + length, file.size))), size: file.size })
}

function takeBack(file: File): void {
  for (const { at, bytes, size } of file.undo.toReversed()) {
    resize(file, size)
    file.bytes.set(bytes, at)
  }
  file.undo = []
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
