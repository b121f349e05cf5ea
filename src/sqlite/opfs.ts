import { Connection } from './connection.ts'
import { type Directory, type Files, headerSize, openFiles } from './opfs-files.ts'
import { OpfsVfs } from './opfs-vfs.ts'
import { type Sqlite, SqliteError } from './port.ts'
import { registerVfs } from './vfs.ts'
import type { SqliteModule } from './wa-sqlite.ts'

/** A flat directory of databases on OPFS, held by this worker alone. */
export type OpfsPool = {
  /**
   * Opens a database, or makes an empty one. `full` outlives a power failure, with all that can be read once it is open;
   * `normal` may then lose its last commits.
   */
  open(file: string, options: { synchronous: 'full' | 'normal' }): Sqlite
  /** An empty database in memory, of the same module. */
  openMemory(): Sqlite
  has(file: string): boolean
  /** Whether nothing was ever written to a database, or there is none. */
  isEmpty(file: string): boolean
  /** The databases, each once with the log or journal that SQLite keeps beside it. */
  files(): string[]
  /** Deletes a database that is not open, if there is one. */
  delete(file: string): void
  /** Gives a database that is not open another name. After a crash in between it is called again. */
  rename(file: string, to: string): void
  /** The files of a database as they are, by name: its own, and that of its log where it has one. */
  read(file: string): Map<string, Uint8Array>
  /** How many files there are with bytes and without a name: their headers were damaged. */
  readonly nameless: number
  /** Names these files. */
  adopt(nameOf: (index: number) => string): void
  /** Whether a file could grow by as many bytes; on a full disk it could not. */
  hasRoom(bytes: number): boolean
  /** False once the browser has cleared the directory: its files can still be written, and nobody will find them again. */
  isThere(): Promise<boolean>
  /** Lets go of all files at once: what was committed is kept, and every connection is closed. */
  close(): void
}

/** Another worker holds files of the directory, and did not let go of them. */
export class OpfsHeldError extends Error {
  override name = 'OpfsHeldError'
}

type Options = {
  /** Path of the OPFS directory that this pool owns; it is made if it does not exist. No other files belong there. */
  readonly directory: string
  /** What SQLite calls the pool in its messages. */
  readonly name?: string
  /** Files to hold: two for each database, its log being one, and one more while a new database is set up. */
  readonly capacity?: number
  readonly env?: OpfsEnv
  /** Called again and again while much is written. */
  readonly onBusy?: (() => void) | undefined
}

export type OpfsEnv = { root(): Promise<Directory>; sleep(ms: number): Promise<void> }

const browser: OpfsEnv = {
  // TypeScript's DOM library does not know createSyncAccessHandle, which only workers have.
  root: async () => (await navigator.storage.getDirectory()) as unknown as Directory,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}

/** Two databases, a third while one is made anew, their logs, a journal, and one to spare. */
const defaultCapacity = 8
/** Makes names unique: one module serves many pools, and SQLite knows each by the name of its VFS. */
let poolsOpened = 0
const leastFree = 4
const retryEvery = 25
const longestWait = 5_000

/** The files are opened while SQLite is still loaded. */
export async function openOpfsPool(loading: SqliteModule | Promise<SqliteModule>, options: Options): Promise<OpfsPool> {
  const { directory, name = directory, capacity = defaultCapacity, env = browser, onBusy } = options
  const files = await openPatiently(await enter(await env.root(), directory), capacity, env)
  const module = await orLetGo(loading, files)
  return {
    ...createPool(module, `${name} ${++poolsOpened}`, files, onBusy),
    get nameless() {
      return files.nameless
    },
    isThere: () => hasFiles(env, directory),
  }
}

async function orLetGo(loading: SqliteModule | Promise<SqliteModule>, files: Files): Promise<SqliteModule> {
  try {
    return await loading
  } catch (error) {
    files.close()
    throw error
  }
}

async function hasFiles(env: OpfsEnv, path: string): Promise<boolean> {
  try {
    const directory = await enter(await env.root(), path, false)
    for await (const _ of directory.values()) return true
    return false
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFoundError') return false
    throw error
  }
}

async function enter(root: Directory, path: string, create = true): Promise<Directory> {
  let directory = root
  for (const name of path.split('/')) {
    if (name !== '') directory = await directory.getDirectoryHandle(name, { create })
  }
  return directory
}

/** A worker that is being terminated holds its files a little longer than the lock that made us the next. */
async function openPatiently(directory: Directory, total: number, env: OpfsEnv): Promise<Files> {
  for (let waited = 0; ; waited += retryEvery) {
    try {
      return await openFiles(directory, { total, free: leastFree })
    } catch (error) {
      if (!isHeld(error)) throw error
      if (waited >= longestWait) {
        throw new OpfsHeldError(`files on OPFS are still held by another worker after ${waited} ms`, { cause: error })
      }
    }
    await env.sleep(retryEvery)
  }
}

// As the standard says, and as Safari does.
function isHeld(error: unknown): boolean {
  return error instanceof Error && ['NoModificationAllowedError', 'InvalidStateError'].includes(error.name)
}

function createPool(
  { shared }: SqliteModule,
  name: string,
  files: Files,
  onBusy: (() => void) | undefined,
): Omit<OpfsPool, 'isThere' | 'nameless'> {
  const { raw } = shared
  const vfs = new OpfsVfs(raw, name, files, onBusy)
  const connections = new Set<Sqlite>()
  const unregister = registerVfs(raw, vfs)

  return {
    open(file, { synchronous }) {
      assertNotOpen(vfs, file)
      const db = new Connection({ shared, filename: file, vfs: name, cause: () => vfs.takeFailure() })
      connections.add(db)
      try {
        assertNotCut(files, file)
        if (synchronous === 'full') for (const suffix of ['', ...companions]) files.flush(file + suffix)
        setUp(db, synchronous)
        return db
      } catch (error) {
        db.close()
        throw error
      }
    },
    openMemory: () => new Connection({ shared, filename: ':memory:' }),
    has: (file) => files.get(file) !== undefined,
    isEmpty: (file) => isEmpty(files, file) && isEmpty(files, `${file}-wal`),
    files: () => [...new Set(files.names.map(withoutSuffix))],
    delete(file) {
      assertNotOpen(vfs, file)
      for (const suffix of ['', ...companions]) files.remove(file + suffix)
    },
    rename(file, to) {
      assertNotOpen(vfs, file)
      for (const suffix of ['', ...companions]) if (files.get(file + suffix)) files.rename(file + suffix, to + suffix)
    },
    read(file) {
      const names = ['', ...companions].map((suffix) => file + suffix)
      return new Map(names.filter((name) => files.get(name)).map((name) => [name, files.read(name)]))
    },
    adopt: (nameOf) => files.adopt(nameOf),
    hasRoom: (bytes) => files.hasRoom(bytes),
    close() {
      // The files first: closing a connection would write what is in its log back into the database, and that takes time.
      files.close()
      for (const db of connections) db.close()
      unregister()
    },
  }
}

/** Nothing else guards a file against a second connection: the locks of SQLite are all granted. */
function assertNotOpen(vfs: OpfsVfs, file: string): void {
  if (vfs.isOpen(file)) throw new SqliteError(BUSY, `${file} is open`)
}

/** SQLite writes a database before its log, and would take an empty one for new and delete the log. */
function assertNotCut(files: Files, file: string): void {
  if (isEmpty(files, file) && !isEmpty(files, `${file}-wal`))
    throw new SqliteError(CORRUPT, `${file} is empty, and its log is not`)
}

function isEmpty(files: Files, name: string): boolean {
  return (files.get(name)?.getSize() ?? 0) <= headerSize
}

const BUSY = 5
const CORRUPT = 11
/** Of a database: its write-ahead log, and the journal of the moment before it has one. */
const companions = ['-wal', '-journal']

function withoutSuffix(name: string): string {
  const suffix = companions.find((suffix) => name.endsWith(suffix))
  return suffix ? name.slice(0, -suffix.length) : name
}

/** The order matters: a log without shared memory needs the exclusive lock first. */
function setUp(db: Sqlite, synchronous: 'full' | 'normal'): void {
  db.run('PRAGMA locking_mode = exclusive')
  const [[mode]] = db.all('PRAGMA journal_mode = wal') as [[string]]
  if (mode !== 'wal') throw new Error(`the database is in journal mode ${mode}, not wal`)
  db.exec(`PRAGMA cache_size = -16000; PRAGMA synchronous = ${synchronous}`)
}
