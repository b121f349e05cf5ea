/**
 * UTF-8 in and out of wasm memory. Short text is copied by hand, if it is ASCII: in a browser an encoder's or decoder's
 * fixed cost is that of some hundred or fifty characters.
 */

const encoder = new TextEncoder()
// Without ignoreBOM a text that begins with U+FEFF would lose it.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

const encodeByHand = 128
const decodeByHand = 64

/** Writes `text` at `at`, where there must be room for three bytes a character; gives the number of bytes. */
export function writeText(heap: Uint8Array, at: number, text: string): number {
  const { length } = text
  if (length > encodeByHand) return encode(heap, at, text)
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code > 127) return encode(heap, at, text)
    heap[at + i] = code
  }
  return length
}

function encode(heap: Uint8Array, at: number, text: string): number {
  return encoder.encodeInto(text, heap.subarray(at, at + text.length * 3)).written
}

export function encodeText(text: string): Uint8Array {
  return encoder.encode(text)
}

export function readText(heap: Uint8Array, at: number, length: number): string {
  if (length > decodeByHand) return decode(heap, at, length)
  const codes: number[] = new Array(length)
  for (let i = 0; i < length; i++) {
    const code = heap[at + i]!
    if (code > 127) return decode(heap, at, length)
    codes[i] = code
  }
  return String.fromCharCode.apply(null, codes)
}

function decode(heap: Uint8Array, at: number, length: number): string {
  return decoder.decode(heap.subarray(at, at + length))
}

/** A C string; a null pointer is the empty string. */
export function readCString(heap: Uint8Array, at: number): string {
  if (at === 0) return ''
  let end = at
  while (heap[end] !== 0) end++
  return readText(heap, at, end - at)
}

/** Bytes of `text` with the zero that C expects behind them. */
export function cString(text: string): Uint8Array {
  return encodeText(`${text}\0`)
}
