/** Frames that no side of the wire protocol should ever get from the other: what fuzzers of client and server share. */
import fc from 'fast-check'

const hostile = fc.oneof(
  fc.constantFrom<unknown>(-1, 0, 1, 2, 0.5, 1e308, 2 ** 53, Number.MAX_SAFE_INTEGER, '', '1', null, true, [], {}),
  fc.constantFrom<unknown>('own-commit-0', 'own-commit-1', 'of-others-0', 'x'.repeat(100_000), '\ud800'),
  fc.constantFrom<unknown>(JSON.parse('{"__proto__":{"type":"bye"}}'), { seq: 1, commitId: 'own-commit-0' }),
  fc.nat(8),
  fc.jsonValue({ maxDepth: 3 }),
)

/** Where in a message something is wrong, and what. */
export const mutation = fc.record({
  place: fc.nat(),
  isDeep: fc.boolean(),
  act: fc.oneof(
    fc.constantFrom('remove', 'double', 'more', 'less', 'other').map((kind) => ({ kind })),
    fc.record({ put: hostile }),
  ),
})
export type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never

type Place = { readonly of: Record<string, unknown>; readonly key: string }

function placesIn(value: unknown, isDeep: boolean): Place[] {
  if (typeof value !== 'object' || value === null) return []
  const of = value as Record<string, unknown>
  return Object.keys(of).flatMap((key) => [{ of, key }, ...(isDeep ? placesIn(of[key], true) : [])])
}

/** The message with one thing wrong. */
export function mutate(message: object, { place, isDeep, act }: Mutation): unknown {
  const copy = JSON.parse(JSON.stringify(message))
  const places = placesIn(copy, isDeep)
  const { of, key } = places[place % places.length]!
  const value = of[key]
  if ('put' in act) of[key] = act.put
  else if (act.kind === 'remove') {
    if (Array.isArray(of)) of.splice(Number(key), 1)
    else delete of[key]
  } else if (act.kind === 'double') {
    if (Array.isArray(of)) of.push(value)
    else if (Array.isArray(value)) value.push(...value)
  } else if (typeof value === 'number') of[key] = value + (act.kind === 'more' ? 1 : -1)
  else if (typeof value === 'string') of[key] = act.kind === 'other' ? 'own-commit-1' : `${value}1`
  return copy
}

/** No message at all. */
export const garbage = fc.oneof(
  fc.string(),
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.constantFrom('{"type":"events"', '['.repeat(100_000), '"'.padEnd(1_000_000, 'x')),
)
