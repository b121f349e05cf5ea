const key = 'headwater-devtools-sql'
const most = 50
const mostCharacters = 10_000

/** Scripts that were run, the last one first; each once. */
export function withScript(history: readonly string[], script: string): readonly string[] {
  const text = script.trim()
  if (text === '' || text.length > mostCharacters) return history
  return [text, ...history.filter((other) => other !== text)].slice(0, most)
}

export function parseHistory(json: string | null): readonly string[] {
  try {
    const found: unknown = JSON.parse(json ?? '[]')
    return Array.isArray(found) ? found.filter((script) => typeof script === 'string').slice(0, most) : []
  } catch {
    return [] // somebody else's
  }
}

/** Browsers may refuse storage; then nothing is remembered. */
export function loadHistory(): readonly string[] {
  try {
    return parseHistory(localStorage.getItem(key))
  } catch {
    return []
  }
}

export function saveHistory(history: readonly string[]) {
  try {
    localStorage.setItem(key, JSON.stringify(history))
  } catch {
    // as above
  }
}
