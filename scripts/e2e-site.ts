// Serves the example and the pages of e2e/fixtures on E2E_PORT until it is ended: built, as users get them,
// or with E2E_DEV=1 from Vite's dev server (a broken page then breaks only its own specs).
import { mkdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build, createServer, preview } from 'vite'

const port = Number(process.env.E2E_PORT ?? 4173)
const site = {
  configFile: fileURLToPath(new URL('../vite.config.ts', import.meta.url)),
  mode: 'e2e',
  logLevel: 'warn',
  build: { outDir: fileURLToPath(new URL(`../.headwater/e2e-${port}`, import.meta.url)) }, // its own: two runs do not mix
} as const

const end = () => {
  rmSync(site.build.outDir, { recursive: true, force: true })
  process.exit()
}
process.on('SIGTERM', end).on('SIGINT', end).on('SIGHUP', end)

const started = performance.now()
if (process.env.E2E_DEV) {
  const server = await createServer({ ...site, mode: 'development', server: { port, strictPort: true, hmr: false } })
  await server.listen()
} else {
  mkdirSync(site.build.outDir, { recursive: true })
  await build(site).catch((error) => {
    console.error(error)
    process.exitCode = 1
    end()
  })
  await preview({ ...site, preview: { port, strictPort: true } })
}
console.log(`site ready after ${Math.round(performance.now() - started)} ms at http://127.0.0.1:${port}`)
