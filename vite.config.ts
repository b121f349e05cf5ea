import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { headwater } from './src/vite/index.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The package's own entry points, so that the example imports what an app would import. */
export const alias = [
  { find: /^headwater$/, replacement: at('src/index.ts') },
  { find: /^headwater\/react$/, replacement: at('src/react/index.ts') },
  { find: /^headwater\/react\/leader$/, replacement: at('src/react/leader/index.ts') },
  { find: /^headwater\/worker$/, replacement: at('src/worker.ts') },
  { find: /^headwater\/server$/, replacement: at('server/index.ts') },
  { find: /^headwater\/testing$/, replacement: at('testing/index.ts') },
  { find: /^headwater\/devtools$/, replacement: at('devtools/index.ts') },
  { find: /^headwater\/devtools\/production$/, replacement: at('devtools/production.ts') },
  { find: /^headwater\/devtools\/page$/, replacement: at('devtools/page/index.tsx') },
]

/** What is tested is built, and has the devtools all the same. */
const withDevtools = [{ find: /^headwater\/devtools$/, replacement: at('devtools/production.ts') }]

/** The pages of a build: the example, and by `--mode` those that are tested and measured. */
const pages: Record<string, string[]> = {
  e2e: ['index.html', 'devtools/index.html', 'e2e/fixtures/*/index.html'],
  bench: ['bench/pages/*/index.html'],
}

/** What makes the workers of these pages. */
const workers: Record<string, string> = { bench: 'bench/pages/todos/worker.ts' }

export default defineConfig(({ mode }) => ({
  root: at('.'),
  appType: 'mpa', // an unknown address is a 404, never the example's page
  plugins: [react(), headwater({ schema: './example-todo/schema.ts', worker: workers[mode] })],
  resolve: { alias: mode === 'e2e' ? [...withDevtools, ...alias] : alias },
  server: { host: '127.0.0.1', watch: { ignored: ['**/.headwater/**', '**/dist/**', '**/test-results/**'] } },
  preview: { host: '127.0.0.1' },
  worker: { format: 'es' },
  build: {
    outDir: at('.headwater/site'),
    target: 'es2023',
    sourcemap: mode === 'e2e',
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      checks: { pluginTimings: false },
      input: globSync(pages[mode] ?? 'index.html', { cwd: at('.') }).map(at),
    },
  },
}))
