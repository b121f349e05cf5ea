import type { Directory, DirectoryFile, Handle } from '../../sqlite/opfs-files.ts'

/** The same files, with a look at every write before it happens; all of them fail once they are cut. */
export function guardFiles(root: Directory, beforeWrite: () => void) {
  const open = new Set<Handle>()
  let isCut = false
  const alive = () => {
    if (isCut) throw new DOMException('the worker died', 'InvalidStateError')
  }
  const changing = () => {
    beforeWrite()
    alive()
  }

  const guard = (entry: Directory | DirectoryFile) =>
    entry.kind === 'directory' ? guardDirectory(entry) : guardFile(entry)

  const guardDirectory = (directory: Directory): Directory => ({
    kind: 'directory',
    getDirectoryHandle: async (name, options) => guardDirectory(await directory.getDirectoryHandle(name, options)),
    getFileHandle: async (name, options) => guardFile(await directory.getFileHandle(name, options)),
    async *values() {
      for await (const entry of directory.values()) yield guard(entry)
    },
  })

  const guardFile = (file: DirectoryFile): DirectoryFile => ({
    kind: 'file',
    async createSyncAccessHandle() {
      alive()
      const handle = await file.createSyncAccessHandle()
      if (isCut) handle.close()
      alive()
      open.add(handle)
      return guardHandle(handle)
    },
  })

  const guardHandle = (handle: Handle): Handle => ({
    read(into, options) {
      alive()
      return handle.read(into, options)
    },
    write(bytes, options) {
      changing()
      return handle.write(bytes, options)
    },
    truncate(size) {
      changing()
      handle.truncate(size)
    },
    getSize() {
      alive()
      return handle.getSize()
    },
    flush() {
      changing()
      handle.flush()
    },
    close() {
      open.delete(handle)
      handle.close()
    },
  })

  return {
    root: guardDirectory(root),
    cut() {
      isCut = true
      for (const handle of open) handle.close()
      open.clear()
    },
  }
}
