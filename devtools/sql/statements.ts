/** A statement of a script, and where it begins. */
export type Part = { readonly sql: string; readonly from: number }

/** Quotes, comments, and what is between: each as a whole. */
const token =
  /'(?:[^']|'')*'?|"(?:[^"]|"")*"?|`(?:[^`]|``)*`?|\[[^\]]*\]?|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\w+|;|\s+|[\s\S]/g
const blank = /^(?:\s|--|\/\*)/

/** The statements of a script, without the `;` between them. What is only blanks and comments is none. */
export function statementsOf(script: string): Part[] {
  const parts: Part[] = []
  let from: number | undefined
  let words: string[] = []
  const end = (at: number) => {
    if (from !== undefined) parts.push({ sql: script.slice(from, at).trimEnd(), from })
    from = undefined
    words = []
  }
  for (const { 0: text, index } of script.matchAll(token)) {
    if (blank.test(text)) continue
    if (text === ';' && !isInTrigger(words)) end(index)
    else if (text !== ';' || from !== undefined) {
      from ??= index
      words.push(text.toUpperCase())
    }
  }
  end(script.length)
  return parts
}

/** The body of a trigger has statements of its own, and ends with END. */
function isInTrigger(words: readonly string[]): boolean {
  const [first, second, third] = words
  const isTrigger = first === 'CREATE' && (second === 'TRIGGER' || (/^TEMP/.test(second ?? '') && third === 'TRIGGER'))
  return isTrigger && words.at(-1) !== 'END'
}

/** A place in a text as people count: from 1. */
export function lineAndColumn(text: string, at: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, at).split('\n')
  return { line: before.length, column: before.at(-1)!.length + 1 }
}
