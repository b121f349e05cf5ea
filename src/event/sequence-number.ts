/**
 * Where an event stands in the order.
 *
 * Written `e5` (global event 5), `e5.1` (client-only, after e5), `e5r1` (rebased once). The root is `e0`.
 */

/** The number that the backend gives: an integer from 1; 0 is the root. */
export type Global = number

/** A client's view of an event's place. Order ignores `rebaseGeneration`. */
export type Client = {
  /** The backend's number, or the one expected while it has not answered. */
  readonly global: Global
  /** 0 for synced events; counts client-only events after `global`. */
  readonly client: number
  /** How often this client rebased the event before it was confirmed. */
  readonly rebaseGeneration: number
}

export const root: Client = { global: 0, client: 0, rebaseGeneration: 0 }

/** Negative, zero or positive, as `a` stands before, at or after `b`. */
export function compare(a: Client, b: Client): number {
  return a.global - b.global || a.client - b.client
}

/** The number of an event committed right after `head`. */
export function next(head: Client, synced: boolean, rebaseGeneration = 0): Client {
  return synced
    ? { global: head.global + 1, client: 0, rebaseGeneration }
    : { global: head.global, client: head.client + 1, rebaseGeneration }
}

export function print({ global, client, rebaseGeneration }: Client): string {
  return `e${global}${client > 0 ? `.${client}` : ''}${rebaseGeneration > 0 ? `r${rebaseGeneration}` : ''}`
}

/** The inverse of `print`; throws a `SyntaxError` on anything else. */
export function parse(text: string): Client {
  const match = /^e(0|[1-9]\d*)(?:\.([1-9]\d*))?(?:r([1-9]\d*))?$/.exec(text)
  const [global, client, rebaseGeneration] = [match?.[1], match?.[2] ?? 0, match?.[3] ?? 0].map(Number) as [
    number,
    number,
    number,
  ]
  if (!match || ![global, client, rebaseGeneration].every(Number.isSafeInteger)) {
    throw new SyntaxError(`"${text}" is not an event sequence number such as e5, e5.1 or e5r1`)
  }
  return { global, client, rebaseGeneration }
}
