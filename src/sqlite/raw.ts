import type { Instance, Pointer } from './instance.ts'
import * as names from './names.ts'
import { SqliteError } from './port.ts'

export type { Pointer } from './instance.ts'

export type Raw = ReturnType<typeof rawExports>

/**
 * The functions of the wasm module that this room calls, under SQLite's own names. A 64-bit integer is passed as two 32-bit
 * ones, low half first, and returned as its low half; `high()` is the other.
 */
export function rawExports({ exported, heap, callbacks }: Instance) {
  return {
    exported,
    heap,
    callbacks,
    high: exported(names._emscripten_tempret_get),

    open_v2: exported(names.sqlite3_open_v2),
    close_v2: exported(names.sqlite3_close_v2),
    extended_result_codes: exported(names.sqlite3_extended_result_codes),
    errmsg: exported(names.sqlite3_errmsg),
    error_offset: exported(names.sqlite3_error_offset),
    errstr: exported(names.sqlite3_errstr),
    file_control: exported(names.sqlite3_file_control),
    get_autocommit: exported(names.sqlite3_get_autocommit),

    prepare_v3: exported(names.sqlite3_prepare_v3),
    bind_parameter_count: exported(names.sqlite3_bind_parameter_count),
    column_count: exported(names.sqlite3_column_count),
    column_name: exported(names.sqlite3_column_name),
    step: exported(names.sqlite3_step),
    reset: exported(names.sqlite3_reset),
    clear_bindings: exported(names.sqlite3_clear_bindings),
    finalize: exported(names.sqlite3_finalize),

    bind_null: exported(names.sqlite3_bind_null),
    bind_int: exported(names.sqlite3_bind_int),
    bind_int64: exported(names.sqlite3_bind_int64),
    bind_double: exported(names.sqlite3_bind_double),
    bind_text: exported(names.sqlite3_bind_text),
    bind_blob: exported(names.sqlite3_bind_blob),

    column_type: exported(names.sqlite3_column_type),
    column_int64: exported(names.sqlite3_column_int64),
    column_double: exported(names.sqlite3_column_double),
    column_text: exported(names.sqlite3_column_text),
    column_blob: exported(names.sqlite3_column_blob),
    column_bytes: exported(names.sqlite3_column_bytes),

    malloc64: exported(names.sqlite3_malloc64),
    free: exported(names.sqlite3_free),
    /** `sqlite3_free` as a function pointer, for values that SQLite is to free itself. */
    freeFunction: exported(names.getSqliteFree)(),
    db_cacheflush: exported(names.sqlite3_db_cacheflush),
    serialize: exported(names.sqlite3_serialize),
    deserialize: exported(names.sqlite3_deserialize),
    drop_modules: exported(names.sqlite3_drop_modules),
    vfs_register: exported(names.libvfs_vfs_register),
    vfs_unregister: exported(names.sqlite3_vfs_unregister),
    set_authorizer: exported(names.libauthorizer_set_authorizer),
  }
}

export const OK = 0
export const NOMEM = 7
export const ROW = 100
export const DONE = 101

/** Runs `use` with so many bytes of wasm memory, for as long as it runs. */
export function withRoom<T>(raw: Raw, length: number, use: (at: Pointer) => T): T {
  const at = raw.malloc64(length, 0)
  if (at === 0) throw new SqliteError(NOMEM, `no room for ${length} bytes`)
  try {
    return use(at)
  } finally {
    raw.free(at)
  }
}

/** Runs `use` with `bytes` copied into wasm memory, for as long as it runs. */
export function withBytes<T>(raw: Raw, bytes: Uint8Array, use: (at: Pointer) => T): T {
  return withRoom(raw, bytes.length, (at) => {
    raw.heap().set(bytes, at)
    return use(at)
  })
}

export function readPointer(raw: Raw, at: Pointer): Pointer {
  return new DataView(raw.heap().buffer).getUint32(at, true)
}
