/**
 * What `structuredClone` gives, for plain data a few times faster: it writes all to bytes and reads it again. An object that
 * stands in two places becomes two.
 */
export function clone<T>(data: T): T
export function clone(data: unknown): unknown {
  if (typeof data !== 'object' || data === null) return isData(data) ? data : structuredClone(data)
  if (Array.isArray(data)) return data.map(clone)
  if (Object.getPrototypeOf(data) === Object.prototype) return cloneObject(data as Record<string, unknown>)
  return structuredClone(data)
}

function cloneObject(data: Record<string, unknown>): Record<string, unknown> {
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(data)) copy[key] = clone(data[key])
  return copy
}

/** A function or a symbol is refused, as it is between threads. */
function isData(data: unknown): boolean {
  return typeof data !== 'function' && typeof data !== 'symbol'
}
