import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from '@playwright/test'

/** Chromium without a sandbox (tests run as root in containers) and without calls home. */
export const chromiumArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const systemNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** The browser to test with: the one asked for, the system's, or Playwright's own. */
export function findChromium(): string | undefined {
  const asked = process.env.PLAYWRIGHT_CHROMIUM
  if (asked) {
    if (!runs(asked)) throw new Error(`PLAYWRIGHT_CHROMIUM is ${asked}, which does not start`)
    return asked
  }
  return [...systemNames.flatMap(onPath), chromium.executablePath()].find((file) => existsSync(file) && runs(file))
}

/** Finds a Chromium, or installs one and says so. */
export async function ensureChromium(): Promise<string> {
  const found = findChromium()
  if (found) return found
  console.log('No Chromium on this machine: downloading the one of Playwright (npx playwright install chromium)')
  const cli = fileURLToPath(import.meta.resolve('@playwright/test/cli'))
  await run(process.execPath, [cli, 'install', 'chromium'], { silence: 60_000, limit: 300_000 })
  const downloaded = findChromium()
  if (downloaded) return downloaded
  if (process.getuid?.() === 0 && onPath('apt-get').length > 0) {
    console.log("Installing the system's Chromium instead (apt-get update && apt-get install -y chromium)")
    const limits = { silence: 120_000, limit: 300_000 }
    await run('apt-get', ['update', '-qq'], limits)
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], limits)
  }
  const installed = findChromium()
  if (installed) return installed
  throw new Error(
    'No Chromium could be found or installed. Install one (https://playwright.dev/docs/browsers, or your ' +
      "system's package chromium) or set PLAYWRIGHT_CHROMIUM to its path, then run this again.",
  )
}

function onPath(name: string): string[] {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.map((folder) => join(folder, name)).filter((file) => existsSync(file))
}

function runs(file: string): boolean {
  try {
    execFileSync(file, ['--version'], { stdio: 'ignore', timeout: 15_000 })
    return true
  } catch {
    return false // broken installations (a snap stub, missing libraries) count as absent
  }
}

/** Runs an installer; ends it when it has said nothing for `silence` ms or taken `limit` ms. Tells how it failed. */
function run(command: string, args: string[], { silence, limit }: { silence: number; limit: number }): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '15000' }
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env })
  const end = () => child.kill('SIGTERM')
  const total = setTimeout(end, limit)
  const quiet = setTimeout(end, silence)
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      quiet.refresh()
      said += chunk
      if (process.stdout.isTTY) process.stdout.write(chunk)
    })
  }
  return new Promise((resolve) => {
    const done = (how: unknown) => {
      clearTimeout(total)
      clearTimeout(quiet)
      if (how !== 0) console.log(`${command} failed (${how}):\n${said.trim().split('\n').slice(-8).join('\n')}`)
      resolve()
    }
    child.once('error', done)
    child.once('close', (code, signal) => done(code ?? signal))
  })
}
