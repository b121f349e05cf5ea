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
  </head>
  <body>
    <div id="root"></div>
    <script type="module" src="/@id/${entry}"></script>
  </body>
</html>
`
