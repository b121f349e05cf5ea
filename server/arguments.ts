/** The command line of `headwater`, decided without doing anything. */
import { parseArgs } from 'node:util'

export const usage = `Usage: headwater serve [options]
       headwater check [SCHEMA] [options]

serve   Runs a sync backend: one event log for each store, kept in SQLite.

  --port NUMBER     port to listen on (default 8787; 0 takes any)
  --host ADDRESS    address to listen on (default 127.0.0.1)
  --data FOLDER     where the event log is kept (default .headwater/backend)
  --port-fallback   take the next free port if the port is in use

Anybody who reaches the port may read and write every store. To decide who may, start the
server from a script of your own: see startServer in "headwater/server".

check   Tells whether a schema can read the events that earlier versions of it have left in logs.
        SCHEMA is the file that exports it (default src/schema.ts). Exits with 0 if it can, with
        1 if it cannot, and with 2 if a file is missing or wrong.

  --against FILE    compare with what FILE says of earlier versions
  --write FILE      record the schema in FILE, unless it is not compatible with what is there
  --strict          what cannot be known counts as not compatible

  --help            show this
`

export type ServeCommand = {
  readonly type: 'serve'
  readonly port: number
  readonly host: string
  readonly data: string
  readonly portFallback: boolean
}

export type CheckCommand = {
  readonly type: 'check'
  readonly schema: string
  readonly against: string | undefined
  readonly write: string | undefined
  readonly strict: boolean
}

export type Command =
  | ServeCommand
  | CheckCommand
  | { readonly type: 'help' }
  /** `message` says what is wrong with the arguments. */
  | { readonly type: 'wrong'; readonly message: string }

const serveOptions = {
  port: { type: 'string', default: '8787' },
  host: { type: 'string', default: '127.0.0.1' },
  data: { type: 'string', default: '.headwater/backend' },
  'port-fallback': { type: 'boolean', default: false },
} as const

const checkOptions = {
  against: { type: 'string' },
  write: { type: 'string' },
  strict: { type: 'boolean', default: false },
} as const

export function parseCommand(given: readonly string[]): Command {
  const [name, ...args] = given
  if (given.some((one) => one === '--help' || one === '-h') || (name === 'help' && args.length === 0))
    return { type: 'help' }
  try {
    if (name === 'serve') return parseServe(args)
    if (name === 'check') return parseCheck(args)
    return wrong(name === undefined || name.startsWith('-') ? 'a command is missing' : `there is no command "${name}"`)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return wrong(message.split('. To specify')[0]!)
  }
}

function parseServe(args: string[]): Command {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: serveOptions })
  if (positionals.length > 0) return wrong(`unexpected "${positionals[0]}"`)
  const port = /^\d{1,5}$/.test(values.port) ? Number(values.port) : Number.NaN
  if (!(port <= 65_535)) return wrong(`--port must be a number from 0 to 65535, not "${values.port}"`)
  if (values.host === '' || values.data === '') return wrong('--host and --data must not be empty')
  return { type: 'serve', port, host: values.host, data: values.data, portFallback: values['port-fallback'] }
}

function parseCheck(args: string[]): Command {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: checkOptions })
  const [schema = 'src/schema.ts', more] = positionals
  if (more !== undefined) return wrong(`unexpected "${more}"`)
  const { against, write, strict } = values
  if (against === '' || write === '') return wrong('--against and --write must not be empty')
  return { type: 'check', schema, against, write, strict }
}

function wrong(message: string): Command {
  return { type: 'wrong', message }
}
