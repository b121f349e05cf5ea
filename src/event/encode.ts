/**
 * Args on the wire and in the log are plain JSON. What JSON cannot say is annotated beside them, by path:
 * a `Date` is an ISO string, bytes are base64, a bigint is its digits, and `NaN`, `Infinity`, `-0` are their names.
 * So every schema library decodes what it validated, without a codec of its own.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

export type Kind = 'date' | 'bytes' | 'bigint' | 'number'

/** Path (keys joined by `/`, with `~1` for `/` and `~0` for `~` as in RFC 6901) to the kind of the value there. */
export type ArgsKinds = { readonly [path: string]: Kind }

export type EncodedArgs = {
  readonly args: Json
  readonly kinds?: ArgsKinds
  /** Whether decoding gives back exactly the value that was encoded (false if an `undefined` was left out). */
  readonly exact: boolean
}

/** Deeper args are refused: they would overflow the stack of a reader. */
const maxDepth = 64

/** A fresh JSON copy of `value`. Throws a `TypeError` that names the path of what cannot be encoded. */
export function encodeArgs(value: unknown): EncodedArgs {
  let kinds: Record<string, Kind> | undefined
  let exact = true
  /** The keys to what is being encoded: a path is made of them only where one is needed. */
  const keys: (string | number)[] = []
  const path = () => keys.map((key) => `/${escapeKey(String(key))}`).join('')
  const place = () => path() || 'the top of the args'

  const mark = (kind: Kind) => {
    kinds ??= Object.create(null) as Record<string, Kind>
    kinds[path()] = kind
  }

  const member = (key: string | number, item: unknown): Json => {
    keys.push(key)
    const encoded = encode(item)
    keys.pop()
    return encoded
  }

  const encode = (value: unknown): Json => {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value
      case 'number':
        if (Number.isFinite(value) && !Object.is(value, -0)) return value
        mark('number')
        return Object.is(value, -0) ? '-0' : String(value)
      case 'bigint':
        mark('bigint')
        return value.toString()
      case 'object':
        return value === null ? null : encodeObject(value)
      default:
        throw new TypeError(`cannot encode ${typeof value} at ${place()}`)
    }
  }

  const encodeObject = (value: object): Json => {
    if (keys.length > maxDepth) throw new TypeError(`args are nested deeper than ${maxDepth} levels at ${path()}`)
    if (Array.isArray(value)) {
      // Not `map`, which would leave holes as they are, for JSON to call them null.
      return Array.from(value, (item, index) => member(index, item))
    }
    if (value instanceof Date) {
      if (Number.isNaN(value.getTime())) throw new TypeError(`invalid Date at ${place()}`)
      mark('date')
      return value.toISOString()
    }
    if (value instanceof Uint8Array) {
      mark('bytes')
      return bytesToBase64(value)
    }
    const prototype = Object.getPrototypeOf(value)
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
      throw new TypeError(`cannot encode a ${value.constructor?.name ?? 'class instance'} at ${place()}`)
    }
    const copy: Record<string, Json> = {}
    for (const key of Object.keys(value)) {
      const item = (value as Record<string, unknown>)[key]
      if (item === undefined) exact = false
      else if (key === '__proto__') throw new TypeError(`the key "__proto__" is not allowed at ${path()}`)
      else copy[key] = member(key, item)
    }
    return copy
  }

  const args = encode(value === undefined ? null : value)
  if (value === undefined) exact = false
  return kinds ? { args, kinds, exact } : { args, exact }
}

/** The value that was encoded. Throws a `TypeError` that names the path where text and kind do not fit. */
export function decodeArgs(args: Json, kinds?: ArgsKinds): unknown {
  if (kinds === undefined) return args
  const revive = (value: Json, path: string): unknown => {
    const kind = Object.hasOwn(kinds, path) ? kinds[path] : undefined
    if (kind) return reviveLeaf(value, kind, path)
    if (Array.isArray(value)) return value.map((item, index) => revive(item, `${path}/${index}`))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, revive(item, `${path}/${escapeKey(key)}`)]),
    )
  }
  return revive(args, '')
}

function reviveLeaf(value: Json, kind: Kind, path: string): unknown {
  const refuse = () =>
    new TypeError(`${JSON.stringify(value)} is not an encoded ${kind} at ${path || 'the top of the args'}`)
  if (typeof value !== 'string') throw refuse()
  switch (kind) {
    case 'date': {
      const date = new Date(value)
      if (Number.isNaN(date.getTime()) || date.toISOString() !== value) throw refuse()
      return date
    }
    case 'bigint':
      if (!/^(0|-?[1-9]\d*)$/.test(value)) throw refuse()
      return BigInt(value)
    case 'number':
      if (!['NaN', 'Infinity', '-Infinity', '-0'].includes(value)) throw refuse()
      return Number(value)
    case 'bytes':
      try {
        return base64ToBytes(value)
      } catch {
        throw refuse()
      }
    default:
      throw refuse()
  }
}

function escapeKey(key: string): string {
  return key.includes('~') || key.includes('/') ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key
}

function bytesToBase64(bytes: Uint8Array): string {
  let binary = ''
  for (let start = 0; start < bytes.length; start += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000))
  }
  return btoa(binary)
}

function base64ToBytes(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
}
