import { fileURLToPath } from 'node:url'
import { createServer } from 'vite'
import { expect, test } from 'vitest'
import { devtoolsPage } from './devtools-page.ts'

test('a development server has the page of the devtools, under its base', async () => {
  const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
  const server = await createServer({
    root: at('e2e/fixtures'),
    base: '/app/',
    configFile: false,
    logLevel: 'silent',
    cacheDir: at('.headwater/vite-devtools-page'),
    optimizeDeps: { noDiscovery: true },
    plugins: [devtoolsPage()],
    resolve: { alias: { 'headwater/devtools/page': at('devtools/page/index.tsx') } },
    server: { host: '127.0.0.1', port: 0, ws: false },
  })
  try {
    await server.listen()
    const { port } = server.httpServer!.address() as { port: number }
    const get = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`)
      return response.text()
    }
    const page = await get('/app/devtools/')
    expect(page).toContain('<title>Headwater devtools</title>')
    const [, script] = /src="([^"]*headwater-devtools)"/.exec(page) ?? []
    expect(await get(script!)).toContain('mountDevtoolsPage(')
  } finally {
    await server.close()
  }
})
