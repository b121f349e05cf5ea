import { defineConfig } from 'vitest/config'
import { reactCompiler } from './scripts/react-compiler.ts'
import { headwater } from './src/vite/index.ts'
import { alias } from './vite.config.ts'

const react = 'src/react/**/*.test.{ts,tsx}'

/** A file of another environment than the one before it costs a worker, with all that was loaded there: so each is where it changes none. */
const ofServer = 'src/react/server.test.tsx'
const withDocument = ['scripts/recovery-docs.test.tsx', 'src/sqlite/jsdom.test.ts']

/** What is about a module's first moments: nobody may have used it before. */
const alone = ['src/sqlite/wasm.test.ts', 'src/react/no-store.test.tsx']

/** Files share their modules, which is a third of the work. A file leaves nothing behind that another one could meet. */
const shared = { isolate: false }

export default defineConfig({
  plugins: [headwater({ schema: ['./example-todo/schema.ts', './docs/snippets/evolution/schema.ts'] })],
  resolve: { alias },
  test: {
    testTimeout: 20_000, // machines are slow while other things run
    maxWorkers: '100%', // Vitest would leave one core to itself, which is half of two; it has little to do
    projects: [
      {
        extends: true,
        test: {
          ...shared,
          name: 'node',
          environment: 'node',
          include: ['{src,server,testing,scripts,bench,devtools,example-todo}/**/*.test.{ts,tsx}'],
          exclude: ['src/react/**/!(server).test.{ts,tsx}', ...withDocument, ...alone],
        },
      },
      { extends: true, test: { name: 'alone', environment: 'node', include: alone } },
      {
        extends: true,
        test: {
          ...shared,
          name: 'react',
          environment: 'jsdom',
          include: [react, ...withDocument],
          exclude: [ofServer, ...alone],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        plugins: [reactCompiler(/\/src\/react\/[^?]*\.tsx?$/)],
        test: {
          ...shared,
          name: 'react compiler',
          environment: 'jsdom',
          include: ['src/react/use{Query,Store,ClientDocument,Pending,Events}.test.tsx'],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          ...shared,
          name: 'react 18',
          environment: 'jsdom',
          include: [react],
          exclude: alone,
          testTimeout: 60_000,
          setupFiles: './src/react/testing-react-18.ts',
        },
      },
    ],
  },
})
