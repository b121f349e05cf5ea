import type { logFile, stateFile } from '../../leader/storage-port.ts'
import { headerSize } from '../../sqlite/opfs-files.ts'
import type { FileBytes } from '../file-bytes.ts'
import type { FakeOpfs } from '../opfs.ts'
import type { Random } from './random.ts'

const lengths = [1, 16, 600, 5_000, 100_000]

/** One to three places of a database or its write-ahead log, anywhere in their files, have other bytes, or are not there. */
export function damage(opfs: FakeOpfs, database: typeof logFile | typeof stateFile, random: Random) {
  const files = opfs.files().filter((file) => nameOf(file).startsWith(database))
  if (files.length === 0) return
  for (let places = 1 + random.below(3); places > 0; places--) {
    const file = random.pick(files)
    const at = random.below(file.size)
    const length = Math.min(random.pick(lengths), file.size - at)
    const bytes = file.slice(at, at + length)
    switch (random.below(4)) {
      case 0:
        file.resize(at)
        break
      case 1:
        file.write(new Uint8Array(bytes.length), at)
        break
      case 2:
        file.write(
          bytes.map((byte) => byte ^ 4),
          at,
        )
        break
      default:
        file.write(
          bytes.map((_, index) => (index * 89) & 255),
          at,
        )
    }
  }
}

/** The pool's files begin with a checksum of four bytes, the length of the name in two, and the name. */
function nameOf(file: FileBytes): string {
  const header = file.slice(0, headerSize)
  if (header.length < headerSize) return ''
  return new TextDecoder().decode(header.subarray(6, 6 + new DataView(header.buffer).getUint16(4, true)))
}
