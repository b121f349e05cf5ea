/**
 * Every page of a database on OPFS ends with a checksum of the rest of it and of its place, so that damage to what SQLite
 * cannot judge (the bytes of a text, say) is seen when the page is read. SQLite leaves these bytes alone, and writes how many
 * they are in byte 20 of the file, so any other SQLite reads the file as well.
 */

export const checksumSize = 8
const atReserved = 20
/** Shorter reads and writes are of the file's header, or of another file. */
const smallestPage = 512

export function isPage(length: number): boolean {
  return length >= smallestPage
}

/** Writes the checksum of the page at `offset` of the file. False where the database keeps no room for it. */
export function seal(page: Uint8Array, offset: number): boolean {
  if (offset === 0 && page[atReserved] !== checksumSize) return false
  const [first, second] = sums(page, offset)
  const tail = tailOf(page)
  tail.setUint32(0, first, true)
  tail.setUint32(4, second, true)
  return true
}

export function isSealed(page: Uint8Array, offset: number): boolean {
  const [first, second] = sums(page, offset)
  const tail = tailOf(page)
  return tail.getUint32(0, true) === first && tail.getUint32(4, true) === second
}

function tailOf(page: Uint8Array): DataView {
  return new DataView(page.buffer, page.byteOffset + page.length - checksumSize, checksumSize)
}

/** As SQLite's cksumvfs has them, but begun with the place, so that neither a page of zeros nor one of another place is sound. */
function sums(page: Uint8Array, offset: number): [number, number] {
  const words = wordsOf(page)
  const end = (page.length - checksumSize) / 4
  let first = (offset + 1) | 0
  let second = 0
  for (let i = 0; i < end; i += 2) {
    first = (first + words[i]! + second) | 0
    second = (second + words[i + 1]! + first) | 0
  }
  return [first >>> 0, second >>> 0]
}

/** SQLite aligns its pages; whoever else asks may not. */
function wordsOf(page: Uint8Array): Int32Array {
  const aligned = page.byteOffset % 4 === 0 ? page : page.slice()
  return new Int32Array(aligned.buffer, aligned.byteOffset, page.length / 4)
}
