import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import * as names from './names.ts'
import { loadSqlite } from './wa-sqlite.ts'
import { instantiate, type WasmSource } from './wasm.ts'

const installed = (file: string) => createRequire(import.meta.url).resolve(`wa-sqlite/dist/${file}`)
const path = installed('wa-sqlite.wasm')
const bytes = new Uint8Array(readFileSync(path))

/** Answers with the type that the path asks for, as in `/application/wasm`. */
const server = createServer(({ url = '' }, response) => {
  if (url === '/missing') response.writeHead(404).end()
  else response.setHeader('content-type', url.slice(1)).end(url === '/text/html' ? '<!doctype html>' : bytes)
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
afterAll(() => server.close())
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const sources: Record<string, WasmSource> = {
  'a path': path,
  'a URL': pathToFileURL(path),
  'a URL as text': pathToFileURL(path).href,
  bytes,
  'a buffer': bytes.buffer,
  'a compiled module': await WebAssembly.compile(bytes),
  'an answer that says what it is': `${origin}/application/wasm`,
  'an answer that does not': `${origin}/application/octet-stream`,
}

for (const [kind, source] of Object.entries(sources)) {
  test(`the wasm binary may come as ${kind}`, async () => {
    const { exported } = await instantiate(source)
    expect(exported(names.sqlite3_libversion_number)()).toBeGreaterThan(3_050_000)
  })
}

test('what is no such binary is refused, and loading can be tried again', async () => {
  const empty = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]) // a wasm module without content
  for (const wasm of [new Uint8Array([1, 2, 3]), 'nowhere.wasm', empty]) {
    await expect(loadSqlite({ wasm })).rejects.toThrow()
  }
  expect((await loadSqlite()).open().all('SELECT 1')).toEqual([[1]])
})

test('the error tells from where SQLite could not be loaded, and why', async () => {
  for (const [wasm, why] of [
    [`${origin}/missing`, `SQLite could not be loaded from ${origin}/missing: Error: the server answers 404`],
    [`${origin}/text/html`, `${origin}/text/html: CompileError: .*expected magic word`],
    ['http://127.0.0.1:1/', 'SQLite could not be loaded from http://127.0.0.1:1/: TypeError: '],
    ['nowhere.wasm', 'nowhere.wasm: Error: ENOENT'],
    [installed('wa-sqlite-async.wasm'), 'the wasm binary is not the build of SQLite'],
    [installed('mc-wa-sqlite.wasm'), 'the wasm binary is not the build of SQLite'],
  ] as const) {
    await expect(instantiate(wasm)).rejects.toThrow(new RegExp(why))
  }
})
