import { headwater } from 'headwater/vite'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [headwater({ schema: './src/schema.ts' })],
})
