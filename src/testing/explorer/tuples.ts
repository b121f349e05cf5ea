/** Growable columns of integers, and a set of rows of them: millions of states are kept without an object each. */

export type Column = {
  readonly length: number
  at(index: number): number
  push(value: number): void
  set(index: number, value: number): void
}

export function createColumn(): Column {
  let values = new Int32Array(1 << 12)
  let length = 0
  return {
    get length() {
      return length
    },
    at: (index) => values[index]!,
    push(value) {
      if (length === values.length) {
        const larger = new Int32Array(length * 2)
        larger.set(values)
        values = larger
      }
      values[length++] = value
    },
    set(index, value) {
      values[index] = value
    },
  }
}

/** A set of rows of `width` integers, each with an index in the order in which they were added. */
export function createRows(width: number) {
  let rows = new Int32Array(width << 12)
  let count = 0
  let table = new Int32Array(1 << 14)

  const hashOf = (from: Int32Array, offset: number) => {
    let hash = 0
    for (let at = 0; at < width; at++) {
      hash = Math.imul(hash ^ from[offset + at]!, 0x9e3779b1)
      hash ^= hash >>> 15
    }
    return hash
  }

  /** Where the row is, or the free place where it belongs. */
  const placeOf = (from: Int32Array, offset: number) => {
    const mask = table.length - 1
    let place = hashOf(from, offset) & mask
    for (;;) {
      const found = table[place]! - 1
      if (found < 0) return place
      let at = 0
      while (at < width && rows[found * width + at] === from[offset + at]) at++
      if (at === width) return place
      place = (place + 1) & mask
    }
  }

  const grow = () => {
    if ((count + 1) * width > rows.length) {
      const larger = new Int32Array(rows.length * 2)
      larger.set(rows)
      rows = larger
    }
    if (count * 2 < table.length) return
    table = new Int32Array(table.length * 2)
    for (let index = 0; index < count; index++) table[placeOf(rows, index * width)] = index + 1
  }

  return {
    get count() {
      return count
    },
    /** The row's index; -1 if it was not added. */
    find: (row: Int32Array) => table[placeOf(row, 0)]! - 1,
    /** The row's index; that is `count` before the call if the row is new. */
    add(row: Int32Array): number {
      const place = placeOf(row, 0)
      const found = table[place]! - 1
      if (found >= 0) return found
      table[place] = count + 1
      for (let at = 0; at < width; at++) rows[count * width + at] = row[at]!
      count += 1
      grow()
      return count - 1
    },
    read(index: number, into: Int32Array) {
      for (let at = 0; at < width; at++) into[at] = rows[index * width + at]!
    },
  }
}
