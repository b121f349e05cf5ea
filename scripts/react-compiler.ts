import { transformAsync } from '@babel/core'
import type { Plugin } from 'vite'

type Told = {
  readonly kind: string
  readonly fnName?: string | null
  readonly detail?: unknown
  readonly reason?: string
}

/** A source with JSX and types, as React Compiler makes it, and what it says of each component and hook. */
export async function compile(code: string, filename: string) {
  const told: Told[] = []
  const logger = { logEvent: (_: unknown, event: Told) => told.push(event) }
  const result = await transformAsync(code, {
    filename,
    babelrc: false,
    configFile: false,
    sourceMaps: true,
    parserOpts: { plugins: ['typescript', 'jsx'] },
    plugins: [['babel-plugin-react-compiler', { logger, panicThreshold: 'none' }]],
  })
  return { code: result?.code ?? code, map: result?.map, told }
}

/** For Vite: what an app does that uses React Compiler, to these files. */
export function reactCompiler(files: RegExp): Plugin {
  return {
    name: 'react-compiler',
    enforce: 'pre',
    transform: {
      filter: { id: files },
      async handler(source, id) {
        const { code, map } = await compile(source, id)
        return { code, map: map as never }
      },
    },
  }
}
