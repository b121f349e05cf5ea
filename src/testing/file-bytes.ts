/** The bytes of a file in memory. It grows without being copied, and what it gives up serves the next file. */
export type FileBytes = {
  readonly size: number
  /** Gives how many bytes there were to read. */
  read(into: Uint8Array, at: number): number
  /** Grows the file where that is needed; no bytes are written nowhere. */
  write(bytes: Uint8Array, at: number): void
  resize(size: number): void
  /** A copy of what there is between the two. */
  slice(from: number, to: number): Uint8Array
}

const chunkSize = 65_536
const nothing = new Uint8Array(0)
/** Memory outside of the heap is dear: taking and dropping much of it makes the collector go through everything. */
const spare: Uint8Array[] = []
const mostSpare = 1_024

export function createFileBytes(): FileBytes {
  const chunks: Uint8Array[] = []
  let size = 0

  /** Calls `each` for every chunk that has bytes of this range: with these bytes, and where in the range they are. */
  const visit = (from: number, to: number, each: (part: Uint8Array, offset: number) => void) => {
    for (let at = from; at < to; ) {
      const start = at % chunkSize
      const end = Math.min(chunkSize, start + to - at)
      each(chunks[Math.floor(at / chunkSize)]!.subarray(start, end), at - from)
      at += end - start
    }
  }

  const resize = (next: number) => {
    const count = Math.ceil(next / chunkSize)
    while (chunks.length < count) chunks.push(spare.pop() ?? new Uint8Array(chunkSize))
    for (const chunk of chunks.splice(count)) if (spare.length < mostSpare) spare.push(chunk)
    visit(size, next, (part) => part.fill(0))
    size = next
  }

  const read = (into: Uint8Array, at: number) => {
    const to = Math.max(at, Math.min(at + into.length, size))
    visit(at, to, (part, offset) => into.set(part, offset))
    return to - at
  }

  return {
    get size() {
      return size
    },
    read,
    write(bytes, at) {
      if (bytes.length === 0) return
      if (size < at + bytes.length) resize(at + bytes.length)
      visit(at, at + bytes.length, (part, offset) => part.set(bytes.subarray(offset, offset + part.length)))
    },
    resize,
    slice(from, to) {
      const length = Math.min(to, size) - from
      if (length <= 0) return nothing
      const copy = new Uint8Array(length)
      read(copy, from)
      return copy
    },
  }
}
