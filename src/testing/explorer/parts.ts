/** The parts of clients that occur, as numbers, and what was computed of them. */
import { createRows } from './tuples.ts'

/** `order[n]` is the session that is written as the nth. */
export type Order = readonly number[]

/** The first is the one in which all are as they are. */
export function permutations(count: number): Order[] {
  if (count === 0) return [[]]
  return permutations(count - 1).flatMap((rest) =>
    Array.from({ length: count }, (_, at) => rest.toSpliced(count - 1 - at, 0, count - 1)),
  )
}

export type Parts<Part> = {
  /** The number of this part: parts that are written alike have the same. */
  intern(part: Part): number
  get(number: number): Part
  /** A number for what the part is where sessions are named in another of the orders. Not one of a part. */
  code(number: number, order: number): number
}

/** Calls `check` for each part, once. The first of the orders is the one in which all are named as they are. */
export function createParts<Part>(
  write: (part: Part, order: Order) => string,
  orders: readonly Order[],
  check: (part: Part) => void = () => undefined,
): Parts<Part> {
  const texts = new Map<string, number>()
  const byCode: number[] = []
  const codes: number[] = []
  const parts: Part[] = []

  const codeOf = (text: string) => {
    const known = texts.get(text)
    if (known !== undefined) return known
    texts.set(text, byCode.length)
    return byCode.push(-1) - 1
  }

  return {
    intern(part) {
      const code = codeOf(write(part, orders[0]!))
      if (byCode[code]! >= 0) return byCode[code]!
      check(part)
      codes.push(code)
      for (let order = 1; order < orders.length; order++) codes.push(codeOf(write(part, orders[order]!)))
      byCode[code] = parts.length
      return parts.push(part) - 1
    },
    get: (number) => parts[number]!,
    code: (number, order) => codes[number * orders.length + order]!,
  }
}

/** The same function, which computes each value once. */
export function remember<Value>(compute: (a: number) => Value): (a: number) => Value {
  const values: Value[] = []
  return (a) => {
    values[a] ??= compute(a)
    return values[a]
  }
}

/** The same for two to four numbers. */
export function rememberRows<Numbers extends number[], Value>(
  width: Numbers['length'],
  compute: (...row: Numbers) => Value,
): (...row: Numbers) => Value {
  const rows = createRows(width)
  const values: Value[] = []
  const key = new Int32Array(4)
  const write = (a: number, b: number, c: number, d: number) => {
    key[0] = a
    key[1] = b
    key[2] = c
    key[3] = d
    return key
  }
  // Numbers by themselves: a list of them for each call would cost as much as all the rest.
  const remembered = (a: number, b: number, c = 0, d = 0): Value => {
    const known = rows.find(write(a, b, c, d))
    if (known >= 0) return values[known]!
    const value = compute(...([a, b, c, d].slice(0, width) as Numbers))
    values[rows.add(write(a, b, c, d))] = value
    return value
  }
  return remembered as unknown as (...row: Numbers) => Value
}
