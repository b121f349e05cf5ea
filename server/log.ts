/** What the server tells of itself. Never args of events, never tokens. */
export type LogEntry = {
  readonly level: 'error' | 'info' | 'debug'
  readonly message: string
  readonly storeId?: string
  readonly userId?: string | undefined
  readonly error?: unknown
}

export type Log = (entry: LogEntry) => void

export const silent: Log = () => {}
