// npm run e2e [-- any arguments of `playwright test`]
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { ensureChromium } from './chromium.ts'

const env = { ...process.env, PLAYWRIGHT_CHROMIUM: await ensureChromium() }
const cli = fileURLToPath(import.meta.resolve('@playwright/test/cli'))
const child = spawn(process.execPath, [cli, 'test', ...process.argv.slice(2)], { stdio: 'inherit', env })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
child.once('close', (code) => process.exit(code ?? 1))
