import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFileBytes } from './file-bytes.ts'

const size = fc.nat(200_000)
const step = fc.oneof(
  fc.record({
    type: fc.constant('write' as const),
    at: size,
    length: fc.integer({ min: 1, max: 100_000 }),
    byte: fc.integer({ min: 1, max: 255 }),
  }),
  fc.record({ type: fc.constant('resize' as const), size }),
)

test('a file has what was written to it and zeros elsewhere, whatever its memory was before', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const file = createFileBytes()
      let plain = new Uint8Array(0)
      const resize = (size: number) => {
        const next = new Uint8Array(size)
        next.set(plain.subarray(0, size))
        plain = next
      }
      for (const step of steps) {
        if (step.type === 'resize') {
          file.resize(step.size)
          resize(step.size)
        } else {
          const bytes = new Uint8Array(step.length).fill(step.byte)
          file.write(bytes, step.at)
          resize(Math.max(plain.length, step.at + step.length))
          plain.set(bytes, step.at)
        }
        const all = new Uint8Array(plain.length + 10)
        expect(file.read(all, 0)).toBe(plain.length)
        expect(Buffer.compare(all.subarray(0, plain.length), plain)).toBe(0)
        expect(Buffer.compare(file.slice(70_000, 90_000), plain.subarray(70_000, 90_000))).toBe(0)
      }
      file.resize(0)
    }),
    { numRuns: 60 },
  )
})
