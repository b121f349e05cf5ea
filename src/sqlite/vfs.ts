import type { Callback } from './instance.ts'
import { OK, type Pointer, type Raw, readPointer, withBytes } from './raw.ts'
import { cString } from './text.ts'

/** A file system for SQLite. The methods that it lacks are those of the system, where there are no files. */
export type Vfs = { readonly name: string; readonly mxPathname: number } & {
  readonly [method in (typeof methods)[number]]?: Callback
}

/** Numbered as the module numbers them. */
const methods = [
  'xOpen',
  'xDelete',
  'xAccess',
  'xFullPathname',
  'xRandomness',
  'xSleep',
  'xCurrentTime',
  'xGetLastError',
  'xCurrentTimeInt64',
  'xClose',
  'xRead',
  'xWrite',
  'xTruncate',
  'xSync',
  'xFileSize',
  'xLock',
  'xUnlock',
  'xCheckReservedLock',
  'xFileControl',
  'xSectorSize',
  'xDeviceCharacteristics',
  'xShmMap',
  'xShmLock',
  'xShmBarrier',
  'xShmUnmap',
] as const

/** Databases can be opened on it by its name, until the returned function is called. */
export function registerVfs(raw: Raw, vfs: Vfs): () => void {
  const pointer = register(raw, vfs)
  raw.callbacks.set(pointer, vfs)
  return () => {
    raw.vfs_unregister(pointer)
    raw.callbacks.delete(pointer)
  }
}

function register(raw: Raw, vfs: Vfs): Pointer {
  const mask = methods.reduce((mask, method, i) => (vfs[method] ? mask | (1 << i) : mask), 0)
  // Four bytes for the pointer, then the name, which is copied.
  return withBytes(raw, cString(`\0\0\0\0${vfs.name}`), (at) => {
    const rc = raw.vfs_register(at + 4, vfs.mxPathname, mask, 0, 0, at)
    if (rc !== OK) throw new Error(`the file system ${vfs.name} could not be registered: ${rc}`)
    return readPointer(raw, at)
  })
}
