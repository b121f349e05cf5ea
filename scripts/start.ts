// npm start [-- --port 5173 --backend-port 8787 --data .headwater/backend]
// The sync backend and the example, each on the next free port, wired to each other, until Ctrl-C.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createServer, type ViteDevServer } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '5173' },
    'backend-port': { type: 'string', default: '8787' },
    data: { type: 'string', default: '.headwater/backend' },
  },
})

let stopping = false
let site: ViteDevServer | undefined
const backend = startBackend()
process.once('exit', () => backend.kill('SIGKILL')) // whatever ends this process, nothing is left behind
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(0))
const parent = process.ppid
setInterval(() => process.ppid === parent || stop(0), 500).unref() // npm was ended: its shell does not pass signals on
backend.once('exit', (code, signal) => {
  if (stopping) return
  console.error(`The backend ended by itself (${signal ?? `exit code ${code}`}), so the example is ended too.`)
  stop(1)
})

const backendUrl = await address(backend)
process.env.VITE_HEADWATER_URL = backendUrl // Vite shows it to the example as import.meta.env.VITE_HEADWATER_URL
site = await createServer({
  root,
  configFile: fileURLToPath(new URL('../vite.config.ts', import.meta.url)),
  clearScreen: false,
  server: { port: Number(options.port), strictPort: false },
})
site.httpServer?.once('close', () => {
  if (stopping) return
  console.error('The example ended by itself, so the backend is ended too.')
  stop(1)
})
await site.listen()
console.log(`
  Example   ${site.resolvedUrls?.local[0]}
  Backend   ${backendUrl}

  Open the example in two tabs or browsers. Ctrl-C ends both.
`)

function startBackend(): ChildProcess {
  const { 'backend-port': port, data } = options
  const args = ['server/cli.ts', 'serve', '--port', port, '--data', data, '--port-fallback']
  return spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
}

/** The address that the backend prints once it listens. The rest of what it says is passed on. */
async function address(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout! })
  const late = setTimeout(() => {
    console.error('The backend did not say within 20 s that it listens.')
    stop(1)
  }, 20_000)
  return new Promise((resolve) => {
    lines.on('line', (line) => {
      console.log(`[backend] ${line}`)
      const found = /\b(?:ws|http)(s?:\/\/[^\s/]+:\d+)/.exec(line)
      if (!found) return
      clearTimeout(late)
      resolve(`ws${found[1]}`)
    })
  })
}

async function stop(code: number): Promise<void> {
  if (stopping) process.exit(130) // asked a second time: at once
  stopping = true
  setTimeout(() => process.exit(code), 5000)
  const ended = backend.exitCode === null && backend.signalCode === null ? once(backend, 'exit') : undefined
  backend.kill('SIGTERM')
  await Promise.all([ended, site?.close()])
  process.exit(code)
}
