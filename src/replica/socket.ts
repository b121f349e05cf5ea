/** The little of a WebSocket that a link to a backend uses. */
export type Socket = {
  send(text: string): void
  close(code?: number, reason?: string): void
}

export type SocketEvents = {
  opened(): void
  /** Text, or anything else that is not of the protocol. */
  received(data: unknown): void
  closed(reason: string): void
}

export type OpenSocket = (url: string, events: SocketEvents) => Socket
