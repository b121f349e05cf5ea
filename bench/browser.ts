// Measures in real Chromium, on a production build, with Chromium's finest clock (the pages are cross-origin isolated).
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BrowserContext, chromium } from '@playwright/test'
import { build, preview } from 'vite'
import { chromiumArgs, ensureChromium } from '../scripts/chromium.ts'

type Site = { url: string; close(): Promise<void> }

let site: Promise<Site> | undefined

/** Measures a page's memory when asked to, not at the next garbage collection that would be due. */
const measuringArgs = ['--enable-blink-features=ForceEagerMeasureMemory']

/**
 * Opens `bench/pages/PAGE/index.html` and calls the function that the page has put at `globalThis.bench` with `input`.
 * Every run has a browser process and a profile of its own.
 */
export async function inBrowser<Output>(page: string, input: unknown = {}, runs = 7): Promise<Output[]> {
  const outputs: Output[] = []
  for (let run = 1; run <= runs; run++) {
    outputs.push(
      await withBrowser(async (context, url) => {
        const tab = await context.newPage()
        tab.on('pageerror', (error) => console.error(error))
        await tab.goto(url(page))
        await tab.waitForFunction(() => 'bench' in globalThis)
        return tab.evaluate((given) => (globalThis as unknown as { bench(input: unknown): Output }).bench(given), input)
      }),
    )
    console.error(`${page}: run ${run} of ${runs}`)
  }
  return outputs
}

/** For what needs more than one tab: a browser with an empty profile, and the addresses of the pages. */
export async function withBrowser<T>(
  use: (context: BrowserContext, url: (page: string) => string) => Promise<T>,
): Promise<T> {
  site ??= openSite()
  const [{ url }, executablePath] = await Promise.all([site, ensureChromium()])
  const profile = mkdtempSync(join(tmpdir(), 'headwater-bench-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: [...chromiumArgs, ...measuringArgs],
  })
  try {
    return await use(context, (page) => `${url}bench/pages/${page}/index.html`)
  } finally {
    await context.close()
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

export async function closeSite(): Promise<void> {
  await (await site)?.close()
  site = undefined
}

async function openSite(): Promise<Site> {
  const outDir = fileURLToPath(new URL(`../.headwater/bench-${process.pid}`, import.meta.url))
  const config = {
    configFile: fileURLToPath(new URL('../vite.config.ts', import.meta.url)),
    mode: 'bench',
    logLevel: 'warn',
    build: { outDir },
    preview: {
      port: 0,
      headers: {
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
        // As whoever serves hashed names says it: a warm boot asks this process, which measures, for nothing.
        'cache-control': 'public, max-age=31536000, immutable',
      },
    },
  } as const
  await build(config)
  const server = await preview(config)
  const close = async () => {
    await server.close()
    rmSync(outDir, { recursive: true, force: true })
  }
  return { url: server.resolvedUrls!.local[0]!, close }
}
