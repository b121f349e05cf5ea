import { existsSync, globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The package's own entry points, so that the example imports what an app would import. */
export const alias = [
  { find: /^headwater$/, replacement: at('src/index.ts') },
  { find: /^headwater\/react$/, replacement: at('src/react/index.ts') },
  { find: /^headwater\/worker$/, replacement: at('src/worker.ts') },
  { find: /^headwater\/server$/, replacement: at('server/index.ts') },
]

/** Pages of a build: the example, and with `--mode e2e` or `--mode bench` the pages of those as well. */
const pages: Record<string, string> = { e2e: 'e2e/fixtures/*/index.html', bench: 'bench/pages/*/index.html' }

function inputs(mode: string): string[] {
  const more = pages[mode] ? globSync(pages[mode], { cwd: at('.') }) : []
  return ['index.html', ...more].map(at).filter((file) => existsSync(file))
}

export default defineConfig(({ mode }) => ({
  root: at('.'),
  appType: 'mpa', // an unknown address is a 404, never the example's page
  plugins: [react()],
  resolve: { alias },
  server: { host: '127.0.0.1', watch: { ignored: ['**/.headwater/**', '**/dist/**', '**/test-results/**'] } },
  preview: { host: '127.0.0.1' },
  worker: { format: 'es' },
  build: {
    outDir: at('.headwater/site'),
    target: 'es2023',
    sourcemap: mode === 'e2e',
    chunkSizeWarningLimit: 1000,
    rolldownOptions: { input: inputs(mode) },
  },
}))
