import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { loadSqlite } from './wa-sqlite.ts'
import { instantiate, type WasmSource } from './wasm.ts'

const path = createRequire(import.meta.url).resolve('wa-sqlite/dist/wa-sqlite.wasm')
const bytes = new Uint8Array(readFileSync(path))

const sources: Record<string, WasmSource> = {
  'a path': path,
  'a URL': pathToFileURL(path),
  'a URL as text': pathToFileURL(path).href,
  bytes,
  'a buffer': bytes.buffer,
  'a compiled module': await WebAssembly.compile(bytes),
}

for (const [kind, source] of Object.entries(sources)) {
  test(`the wasm binary may come as ${kind}`, async () => {
    const module = await instantiate(source)
    expect(module._sqlite3_libversion_number!()).toBeGreaterThan(3_050_000)
  })
}

test('what is no such binary is refused, and loading can be tried again', async () => {
  const empty = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]) // a wasm module without content
  for (const wasm of [new Uint8Array([1, 2, 3]), 'nowhere.wasm', empty]) {
    await expect(loadSqlite({ wasm })).rejects.toThrow()
  }
  expect((await loadSqlite()).open().all('SELECT 1')).toEqual([[1]])
})
