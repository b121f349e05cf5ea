import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const entry = fileURLToPath(new URL('../index.ts', import.meta.url))

/** The library as one file, for tests in which Vite loads it again and again: from its sources that takes a second each time. */
export async function bundleLibrary(folder: string): Promise<string> {
  await build({
    configFile: false,
    logLevel: 'error',
    build: { ssr: entry, outDir: folder, target: 'es2023', minify: false },
  })
  return join(folder, 'index.js')
}
