import { defineConfig } from 'vitest/config'
import { headwater } from './src/vite/index.ts'
import { alias } from './vite.config.ts'

const react = 'src/react/**/*.test.{ts,tsx}'

export default defineConfig({
  plugins: [headwater({ schema: ['./example-todo/schema.ts', './docs/snippets/evolution/schema.ts'] })],
  resolve: { alias },
  test: {
    testTimeout: 20_000, // machines are slow while other things run
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          environment: 'node',
          include: ['{src,server,testing,scripts,bench,devtools,example-todo}/**/*.test.{ts,tsx}'],
          exclude: [react],
        },
      },
      { extends: true, test: { name: 'react', environment: 'jsdom', include: [react] } },
    ],
  },
})
