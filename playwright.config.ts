import { createServer } from 'node:net'
import { defineConfig } from '@playwright/test'
import { chromiumArgs, findChromium } from './scripts/chromium.ts'

// Set once by the first process to load this file; its workers inherit them and agree.
process.env.PLAYWRIGHT_CHROMIUM ??= findChromium() ?? ''
process.env.E2E_PORT ??= String(await freePort())

const baseURL = `http://127.0.0.1:${process.env.E2E_PORT}`

export default defineConfig({
  testDir: 'e2e',
  testMatch: '*.spec.ts',
  testIgnore: process.env.E2E_INSTALLED ? [] : 'installed.spec.ts', // which installs for a minute
  outputDir: 'test-results',
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  workers: 2,
  retries: 0,
  timeout: 60_000, // machines are slow while other things run
  expect: { timeout: 15_000 },
  globalTimeout: 9 * 60_000,
  reporter: process.env.CI ? 'list' : [['list'], ['html', { open: 'never' }]],
  use: {
    baseURL,
    launchOptions: { executablePath: process.env.PLAYWRIGHT_CHROMIUM, args: chromiumArgs },
    screenshot: 'only-on-failure',
    trace: { mode: 'retain-on-failure', screenshots: false }, // a film of every test costs too much on two cores
  },
  webServer: {
    command: 'node scripts/e2e-site.ts',
    port: Number(process.env.E2E_PORT),
    timeout: 120_000,
    stdout: 'pipe',
    gracefulShutdown: { signal: 'SIGTERM', timeout: 2000 },
  },
})

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
