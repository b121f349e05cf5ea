/** `next`, or as much of `before` as equals it: arrays and plain objects are compared by what they hold. */
export function share<Value>(before: unknown, next: Value): Value
export function share(before: unknown, next: unknown): unknown {
  if (Object.is(before, next)) return before
  if (Array.isArray(before) && Array.isArray(next)) return shareArray(before, next)
  if (isPlain(before) && isPlain(next)) return shareObject(before, next)
  if (before instanceof Date && next instanceof Date && before.getTime() === next.getTime()) return before
  return next
}

function shareArray(before: readonly unknown[], next: readonly unknown[]): readonly unknown[] {
  const shared = next.map((value, at) => share(before[at], value))
  return shared.length === before.length && shared.every((value, at) => Object.is(value, before[at])) ? before : shared
}

function shareObject(before: Members, next: Members): Members {
  const keys = Object.keys(next)
  const shared = Object.fromEntries(keys.map((key) => [key, share(before[key], next[key])]))
  const isEqual =
    keys.length === Object.keys(before).length &&
    keys.every((key) => key in before && Object.is(shared[key], before[key]))
  return isEqual ? before : shared
}

type Members = { readonly [key: string]: unknown }

function isPlain(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
