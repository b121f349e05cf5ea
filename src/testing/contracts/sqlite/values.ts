import type { Sqlite, SqlValue } from '../../../sqlite/port.ts'
import { refuses, same } from '../check.ts'
import type { SqliteRule } from './rule.ts'

export const valueRules: readonly SqliteRule[] = [
  {
    name: 'text of any script and any length comes back as it went in',
    run({ open }) {
      const db = stored(open())
      for (const unit of ['a', 'é', '漢', '😀', 'x\0y', '\uFEFF']) {
        // Around the lengths at which a driver may change its way of copying.
        for (const length of [0, 1, 2, 21, 22, 42, 43, 63, 64, 65, 127, 128, 129, 3_000, 21_845, 65_536]) {
          comesBack(db, unit.repeat(length), 'text')
        }
      }
      comesBack(db, 'é'.repeat(1_000_000), 'text')
      comesBack(db, `${'a'.repeat(30)}é${'b'.repeat(30)}`, 'text')
    },
  },
  {
    name: 'numbers without fraction are stored as integers, others as reals',
    run({ open }) {
      const db = stored(open())
      for (const value of [0, 1, -1, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, 2 ** 32, -(2 ** 32) - 1]) {
        comesBack(db, value, 'integer')
      }
      for (const value of [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) comesBack(db, value, 'integer')
      for (const value of [0.5, -1.25, 1e300, Number.MIN_VALUE, 2 ** 60, Infinity]) comesBack(db, value, 'real')
    },
  },
  {
    name: 'integers that a number cannot hold exactly come back as bigint, up to 64 bits',
    run({ open }) {
      const db = stored(open())
      for (const value of [2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 53n), -(2n ** 53n) - 1n, -(2n ** 63n)]) {
        comesBack(db, value, 'integer')
      }
      same(roundTrip(db, 2n ** 53n - 1n), [2 ** 53 - 1, 'integer'])
      same(roundTrip(db, -1n), [-1, 'integer'])
    },
  },
  {
    name: 'blobs come back as bytes of their own, an empty one too, and null as null',
    run({ open }) {
      const db = stored(open())
      comesBack(db, new Uint8Array(0), 'blob')
      comesBack(db, new Uint8Array([0, 255, 7]).subarray(1), 'blob')
      comesBack(db, new Uint8Array(200_000).fill(9), 'blob')
      comesBack(db, null, 'null')
      const [[first]] = db.all("SELECT x'0102'") as [[Uint8Array]]
      db.all("SELECT x'0304'")
      same(first, new Uint8Array([1, 2]))
    },
  },
  {
    name: 'a parameter may have a value of another kind, or the same, each time that a statement runs',
    run({ open }) {
      const db = open()
      const ask = (...params: SqlValue[]) => db.all('SELECT ?, ?, typeof(?)', params)[0]
      const long = 'long '.repeat(30_000)
      for (const value of [
        1,
        1,
        'one',
        1,
        'two',
        null,
        null,
        1,
        long,
        1,
        1n,
        1,
        0.5,
        0.5,
        null,
        new Uint8Array([1]),
        1,
      ]) {
        same(ask(value, 1, 1), [value === 1n ? 1 : value, 1, 'integer'])
        same(ask(2, value, null), [2, value === 1n ? 1 : value, 'null'])
      }
      same(ask(0, -0, 1), [0, 0, 'integer'])
      refuses(() => ask(1, undefined as never, 1), /which SQLite cannot store/)
      refuses(() => ask(undefined as never, 1, 1), /which SQLite cannot store/)
      same(ask(1, 2, 1), [1, 2, 'integer'])
    },
  },
  {
    name: 'many values of all kinds in one statement do not disturb one another',
    run({ open }) {
      const long = 'long '.repeat(30_000)
      const params = Array.from(
        { length: 300 },
        (_, i) => [`t${i}`, i, i / 2, new Uint8Array([i]), null, `é${i}`][i % 6]!,
      )
      params.push(long, 'after the long one', new Uint8Array(100_000), 'last')
      same(open().all(`SELECT ${params.map(() => '?').join()}`, params), [params])
    },
  },
  {
    name: 'what is no SQLite value is refused with the place of the parameter',
    run({ open }) {
      const db = open()
      for (const value of [true, false, undefined, new Date(0), {}, [1], Symbol.iterator, () => 1]) {
        const error = refuses(() => db.all('SELECT ?, ?', [1, value as SqlValue]), /parameter 2 is /)
        same(error instanceof TypeError, true)
      }
      refuses(
        () => db.all('SELECT ?', [2n ** 63n]),
        /parameter 1 is 9223372036854775808n, which needs more than 64 bits/,
      )
      same(db.all('SELECT ?, ?', [1, 2]), [[1, 2]])
    },
  },
  {
    name: 'too few or too many parameters are refused',
    run({ open }) {
      const db = open()
      refuses(() => db.all('SELECT ?, ?', [1]), /2 parameters are needed, 1 were given/)
      refuses(() => db.run('SELECT ?', [1, 2]), /1 parameters are needed, 2 were given/)
      refuses(() => db.all('SELECT 1', [1]), /0 parameters are needed/)
      refuses(() => db.all('SELECT ?'), /1 parameters are needed, 0 were given/)
      same(db.all('SELECT ?2, ?1, ?2', ['a', 'b']), [['b', 'a', 'b']])
    },
  },
  {
    name: 'values stay right when memory grows between them',
    run({ open }) {
      const db = open()
      const big = new Uint8Array(20_000_000)
      big[19_999_999] = 5
      const [row] = db.all("SELECT ?, 'beside it', ?", [big, 'é'.repeat(100)]) as [[Uint8Array, string, string]]
      same([row[0].length, row[0].at(-1), row[1], row[2]], [20_000_000, 5, 'beside it', 'é'.repeat(100)])
      same(db.all("SELECT length(zeroblob(40000000)), 'text', zeroblob(3)"), [[40_000_000, 'text', new Uint8Array(3)]])
    },
  },
]

// The column has no affinity, so each value keeps the type that it was bound with. The transaction stays open, to be quick.
function stored(db: Sqlite): Sqlite {
  db.exec('CREATE TABLE stored (value); BEGIN')
  return db
}

function comesBack(db: Sqlite, value: SqlValue, type: string): void {
  same(roundTrip(db, value), [value, type])
}

function roundTrip(db: Sqlite, value: SqlValue): SqlValue[] {
  db.run('DELETE FROM stored')
  db.run('INSERT INTO stored VALUES (?)', [value])
  return db.all('SELECT value, typeof(value) FROM stored')[0]!
}
