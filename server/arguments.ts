/** The command line of `headwater`, decided without doing anything. */
import { parseArgs } from 'node:util'

export const usage = `Usage: headwater serve [options]

Runs a sync backend: one event log for each store, kept in SQLite.

  --port NUMBER     port to listen on (default 8787; 0 takes any)
  --host ADDRESS    address to listen on (default 127.0.0.1)
  --data FOLDER     where the event log is kept (default .headwater/backend)
  --port-fallback   take the next free port if the port is in use
  --help            show this

Anybody who reaches the port may read and write every store. To decide who may, start the
server from a script of your own: see startServer in "headwater/server".
`

export type ServeCommand = {
  readonly type: 'serve'
  readonly port: number
  readonly host: string
  readonly data: string
  readonly portFallback: boolean
}

export type Command =
  | ServeCommand
  | { readonly type: 'help' }
  /** `message` says what is wrong with the arguments. */
  | { readonly type: 'wrong'; readonly message: string }

export function parseCommand(args: readonly string[]): Command {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        port: { type: 'string', default: '8787' },
        host: { type: 'string', default: '127.0.0.1' },
        data: { type: 'string', default: '.headwater/backend' },
        'port-fallback': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    if (values.help || (args.length === 1 && args[0] === 'help')) return { type: 'help' }
    const [name, ...rest] = positionals
    if (name !== 'serve') return wrong(name === undefined ? 'a command is missing' : `there is no command "${name}"`)
    if (rest.length > 0) return wrong(`unexpected "${rest[0]}"`)
    const port = /^\d{1,5}$/.test(values.port) ? Number(values.port) : Number.NaN
    if (!(port <= 65_535)) return wrong(`--port must be a number from 0 to 65535, not "${values.port}"`)
    if (values.host === '' || values.data === '') return wrong('--host and --data must not be empty')
    return { type: 'serve', port, host: values.host, data: values.data, portFallback: values['port-fallback'] }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return wrong(message.split('. To specify')[0]!)
  }
}

function wrong(message: string): Command {
  return { type: 'wrong', message }
}
