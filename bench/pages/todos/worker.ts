const asked = new URLSearchParams(location.search)
const name = JSON.stringify({ backend: asked.get('backend'), version: asked.get('version') ?? '1' })

export const worker = () => new Worker(new URL('./leader.worker.ts', import.meta.url), { type: 'module', name })
