import type { Directory, DirectoryFile, Handle } from '../sqlite/opfs-files.ts'
import { createFileBytes, type FileBytes } from './file-bytes.ts'

/** An OPFS in memory that can be killed, cut from power, and filled up. */
export type FakeOpfs = {
  readonly root: Directory
  /** Thrown by every write that needs more room, and for every new file, from now on. */
  fill(error: Error | undefined): void
  /** The browser clears everything; handles that are open go on, on files that nobody finds any more. */
  clear(): void
  /** The worker dies: its handles are gone, and what it wrote stays. */
  kill(): void
  /** The power fails: as `kill`, and of what was not flushed only those writes are there that `survives` says. */
  cutPower(survives?: () => boolean): void
  /** The bytes of every file, as they are: whoever writes to them does so behind everybody's back. */
  files(): readonly FileBytes[]
  /** Files that somebody holds. */
  held(): number
  /** Nobody needs it any more: its memory serves the next one. */
  end(): void
}

/** A write or a truncation that was not flushed: what it replaced, and how large the file was before and after it. */
type Change = {
  readonly at: number
  readonly replaced: Uint8Array
  readonly written: number
  readonly size: number
  readonly sizeAfter: number
}

type File = { readonly bytes: FileBytes; unflushed: Change[]; holder: Handle | undefined }
type World = { readonly files: File[]; writeError: Error | undefined }

export function fakeOpfs(): FakeOpfs {
  const world: World = { files: [], writeError: undefined }
  const entries: Entries = new Map()
  const release = () => {
    for (const file of world.files) file.holder = undefined
  }
  return {
    root: fakeDirectory(world, entries),
    clear: () => entries.clear(),
    fill(error) {
      world.writeError = error
    },
    kill: release,
    cutPower(survives = () => false) {
      release()
      for (const file of world.files) takeBack(file, survives)
    },
    files: () => world.files.map(({ bytes }) => bytes),
    held: () => world.files.filter((file) => file.holder).length,
    end() {
      release()
      for (const { bytes } of world.files) bytes.resize(0)
    },
  }
}

type Entries = Map<string, Directory | DirectoryFile>

function fakeDirectory(world: World, entries: Entries = new Map()): Directory {
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
  const file: File = { bytes: createFileBytes(), unflushed: [], holder: undefined }
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
    read: (into, { at }) => held().bytes.read(into, at),
    write(written, { at }) {
      const { bytes } = held()
      const end = at + written.length
      if (world.writeError && bytes.size < end) throw world.writeError
      remember(file, at, written.length, Math.max(bytes.size, end))
      bytes.write(written, at)
      return written.length
    },
    truncate(size) {
      const { bytes } = held()
      if (world.writeError && size > bytes.size) throw world.writeError
      remember(file, size, bytes.size - size, size)
      bytes.resize(size)
    },
    getSize: () => held().bytes.size,
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
function remember({ bytes, unflushed }: File, at: number, written: number, sizeAfter: number): void {
  unflushed.push({ at, replaced: bytes.slice(at, at + written), written, size: bytes.size, sizeAfter })
}

/** Takes back what was not flushed, last first; then the changes that survive are there, in their order. */
function takeBack(file: File, survives: () => boolean): void {
  const { bytes } = file
  const survivors: (() => void)[] = []
  for (const { at, replaced, written, size, sizeAfter } of file.unflushed.toReversed()) {
    if (survives()) {
      const again = bytes.slice(at, at + written)
      survivors.unshift(() => {
        bytes.resize(sizeAfter < size ? Math.min(sizeAfter, bytes.size) : Math.max(bytes.size, at + again.length))
        bytes.write(again, at)
      })
    }
    bytes.resize(size)
    bytes.write(replaced, at)
  }
  for (const again of survivors) again()
  file.unflushed = []
}
