/** Checks for contracts, which run in a test runner and in a bare worker alike. */

/** Equal in content and type, bytes, bigints, maps and sets included. */
export function same(actual: unknown, expected: unknown): void {
  const [a, b] = [shown(actual), shown(expected)]
  if (a !== b) throw new Error(`expected ${clipped(b)}\n but was ${clipped(a)}`)
}

/** Gives what was thrown, for further checks. */
export function refuses(run: () => unknown, message: RegExp): unknown {
  const thrown = caught(run)
  if (!thrown) throw new Error(`expected an error like ${message}, but nothing was thrown`)
  if (!message.test(String(thrown.error)))
    throw new Error(`expected an error like ${message}\n but was ${thrown.error}`)
  return thrown.error
}

function caught(run: () => unknown): { error: unknown } | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    return { error }
  }
}

function shown(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`
  if (ArrayBuffer.isView(value)) return `bytes(${value})`
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`
  if (value instanceof Set) return `{${[...value].map(shown).sort().join(', ')}}`
  if (value instanceof Map)
    return `{${[...value]
      .map(([k, v]) => `${shown(k)} => ${shown(v)}`)
      .sort()
      .join(', ')}}`
  return JSON.stringify(value) ?? String(value)
}

function clipped(text: string): string {
  return text.length > 1000 ? `${text.slice(0, 1000)}… (${text.length} characters)` : text
}
