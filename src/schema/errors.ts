/** The args of an event do not fit its schema, or cannot be encoded. Nothing of the commit was applied. */
export class InvalidArgs extends Error {
  override name = 'InvalidArgs'
  readonly event: string
  /** Where in the args, e.g. `todo.dueAt`; empty for the args as a whole. */
  readonly path: string

  constructor(event: string, path: string, problem: string, options?: ErrorOptions) {
    super(`${event}: ${problem}${path ? ` at ${path}` : ''}`, options)
    this.event = event
    this.path = path
  }
}

/** What was declared cannot work: found when the schema is made, or when a statement is first prepared. */
export class SchemaError extends Error {
  override name = 'SchemaError'
}

/** The schema does not know an event of this name: one that was committed here, or, with `'fail'`, one of a newer build. */
export class UnknownEvent extends Error {
  override name = 'UnknownEvent'
  readonly event: string

  constructor(event: string, message = `the schema has no event "${event}"; add it to makeSchema({ events })`) {
    super(message)
    this.event = event
  }
}
