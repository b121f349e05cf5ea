import type { Directory, DirectoryFile, Handle } from '../sqlite/opfs-files.ts'

/** An OPFS in memory that can be killed, cut from power, and filled up. */
export type FakeOpfs = {
  readonly root: Directory
  /** Thrown by every write that needs more room, and for every new file, from now on. */
  fill(error: Error | undefined): void
  /** The worker dies: its handles are gone, and what it wrote stays. */
  kill(): void
  /** The power fails: as `kill`, and of what was not flushed only those writes are there that `survives` says. */
  cutPower(survives?: () => boolean): void
  /** Files that somebody holds. */
  held(): number
}

/** A write or a truncation that was not flushed: what it replaced, and how large the file was before and after it. */
type Change = {
  readonly at: number
  readonly replaced: Uint8Array
  readonly written: number
  readonly size: number
  readonly sizeAfter: number
}

/** The first `size` of `bytes` are the file; more are kept, so that it grows cheaply. */
type File = { bytes: Uint8Array; size: number; unflushed: Change[]; holder: Handle | undefined }
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
    cutPower(survives = () => false) {
      release()
      for (const file of world.files) takeBack(file, survives)
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
  const file: File = { bytes: nothing, size: 0, unflushed: [], holder: undefined }
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
      remember(held(), at, bytes.length, Math.max(file.size, at + bytes.length))
      if (file.size < at + bytes.length) resize(file, at + bytes.length)
      file.bytes.set(bytes, at)
      return bytes.length
    },
    truncate(size) {
      if (world.writeError && size > held().size) throw world.writeError
      remember(held(), size, file.size - size, size)
      resize(file, size)
    },
    getSize: () => held().size,
    flush() {
      held().unflushed = []
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

/** Called before the change. */
function remember(file: File, at: number, written: number, sizeAfter: number): void {
  const replaced = file.bytes.slice(at, Math.max(at, Math.min(at + written, file.size)))
  file.unflushed.push({ at, replaced, written, size: file.size, sizeAfter })
}

/** Takes back what was not flushed, last first; then the changes that survive are there, in their order. */
function takeBack(file: File, survives: () => boolean): void {
  const survivors: (() => void)[] = []
  for (const { at, replaced, written, size, sizeAfter } of file.unflushed.toReversed()) {
    if (survives()) {
      const bytes = file.bytes.slice(at, Math.min(at + written, file.size))
      survivors.unshift(() => {
        resize(file, sizeAfter < size ? Math.min(sizeAfter, file.size) : Math.max(file.size, at + bytes.length))
        file.bytes.set(bytes, at)
      })
    }
    resize(file, size)
    file.bytes.set(replaced, at)
  }
  for (const again of survivors) again()
  file.unflushed = []
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
