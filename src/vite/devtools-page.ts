import type { Plugin } from 'vite'

const entry = 'virtual:headwater-devtools'
const resolved = `\0${entry}`

/** In development, `/devtools/` shows every store that a tab of the origin has open. Of a build it is no part. */
export function devtoolsPage(): Plugin {
  let base = '/'
  return {
    name: 'headwater:devtools',
    apply: 'serve',
    configResolved(config) {
      base = config.base
    },
    configureServer(server) {
      server.middlewares.use(async (request, response, next) => {
        const [path] = (request.url ?? '').split('?')
        if (path !== '/devtools/' && path !== `${base}devtools/`) return next()
        response.setHeader('content-type', 'text/html')
        response.end(await server.transformIndexHtml(path, page))
      })
    },
    resolveId: {
      filter: { id: /^virtual:headwater-devtools$/ },
      handler: () => resolved,
    },
    load: {
      filter: { id: /^\0virtual:headwater-devtools$/ },
      handler: () => `import { mountDevtoolsPage } from 'headwater/devtools/page'
mountDevtoolsPage(document.getElementById('root'))
`,
    },
  }
}

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Headwater devtools</title>
    <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E%3Cpath d='M12 2c4 5 7 8.5 7 12.5a7 7 0 0 1-14 0C5 10.5 8 7 12 2z' fill='%2314808f'/%3E%3C/svg%3E" />
  </head>
  <body>
    <div id="root"></div>
    <script type="module" src="/@id/${entry}"></script>
  </body>
</html>
`
