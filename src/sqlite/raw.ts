import { SqliteError } from './port.ts'

/**
 * The exports of the wasm module that this room calls, typed and under SQLite's own names. They are copied out of
 * Emscripten's module object because that has hundreds of properties, and so a slow lookup for each call.
 */

/** An address in wasm memory, or an opaque handle. */
export type Pointer = number

/** Called by C code with SQLite's own arguments; must not throw, for that would leave C frames half done. */
export type Callback = (...args: number[]) => number

type Call = (...args: number[]) => number

/** Emscripten's module object: what we use of it. */
export type EmscriptenModule = { readonly [name: `_${string}`]: Call } & {
  readonly HEAPU8: Uint8Array
  getTempRet0(): number
  setCallback(key: Pointer, callback: Callback): void
  deleteCallback(key: Pointer): void
  vfs_register(vfs: object, makeDefault: boolean): number
}

export type Raw = ReturnType<typeof rawExports>

// A 64-bit integer is passed as two 32-bit ones, low half first, and returned as its low half; `high()` is the other.
export function rawExports(module: EmscriptenModule) {
  let bytes = module.HEAPU8
  return {
    module,
    /** Wasm memory as it is now. Ask again after every call that may allocate: growing detaches the old view. */
    heap(): Uint8Array {
      if (bytes.length === 0) bytes = module.HEAPU8
      return bytes
    },
    high: module.getTempRet0,

    open_v2: exported(module, '_sqlite3_open_v2'),
    close_v2: exported(module, '_sqlite3_close_v2'),
    extended_result_codes: exported(module, '_sqlite3_extended_result_codes'),
    extended_errcode: exported(module, '_sqlite3_extended_errcode'),
    errmsg: exported(module, '_sqlite3_errmsg'),
    errstr: exported(module, '_sqlite3_errstr'),
    get_autocommit: exported(module, '_sqlite3_get_autocommit'),

    prepare_v3: exported(module, '_sqlite3_prepare_v3'),
    bind_parameter_count: exported(module, '_sqlite3_bind_parameter_count'),
    column_count: exported(module, '_sqlite3_column_count'),
    column_name: exported(module, '_sqlite3_column_name'),
    step: exported(module, '_sqlite3_step'),
    reset: exported(module, '_sqlite3_reset'),
    clear_bindings: exported(module, '_sqlite3_clear_bindings'),
    finalize: exported(module, '_sqlite3_finalize'),

    bind_null: exported(module, '_sqlite3_bind_null'),
    bind_int: exported(module, '_sqlite3_bind_int'),
    bind_int64: exported(module, '_sqlite3_bind_int64'),
    bind_double: exported(module, '_sqlite3_bind_double'),
    bind_text: exported(module, '_sqlite3_bind_text'),
    bind_blob: exported(module, '_sqlite3_bind_blob'),

    column_type: exported(module, '_sqlite3_column_type'),
    column_int64: exported(module, '_sqlite3_column_int64'),
    column_double: exported(module, '_sqlite3_column_double'),
    column_text: exported(module, '_sqlite3_column_text'),
    column_blob: exported(module, '_sqlite3_column_blob'),
    column_bytes: exported(module, '_sqlite3_column_bytes'),

    malloc64: exported(module, '_sqlite3_malloc64'),
    free: exported(module, '_sqlite3_free'),
    /** `sqlite3_free` as a function pointer, for values that SQLite is to free itself. */
    freeFunction: exported(module, '_getSqliteFree')(),
    db_cacheflush: exported(module, '_sqlite3_db_cacheflush'),
    serialize: exported(module, '_sqlite3_serialize'),
    deserialize: exported(module, '_sqlite3_deserialize'),
    vfs_find: exported(module, '_sqlite3_vfs_find'),
    vfs_unregister: exported(module, '_sqlite3_vfs_unregister'),
    set_authorizer: exported(module, '_libauthorizer_set_authorizer'),
  }
}

function exported(module: EmscriptenModule, name: `_${string}`): Call {
  const call = module[name]
  if (!call) throw new Error(`this build of wa-sqlite does not export ${name}`)
  return call
}

export const OK = 0
export const NOMEM = 7
export const ROW = 100
export const DONE = 101

/** Runs `use` with `bytes` copied into wasm memory, for as long as it runs. */
export function withBytes<T>(raw: Raw, bytes: Uint8Array, use: (at: Pointer) => T): T {
  const at = raw.malloc64(bytes.length, 0)
  if (at === 0) throw new SqliteError(NOMEM, `no room for ${bytes.length} bytes`)
  try {
    raw.heap().set(bytes, at)
    return use(at)
  } finally {
    raw.free(at)
  }
}

export function readPointer(raw: Raw, at: Pointer): Pointer {
  return new DataView(raw.heap().buffer).getUint32(at, true)
}
