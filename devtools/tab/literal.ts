/** A value as one would write it in TypeScript. */
export function literal(value: unknown, indent = ''): string {
  if (value instanceof Date) return `new Date('${value.toISOString()}')`
  if (value instanceof Uint8Array)
    return `new Uint8Array([${value.slice(0, mostBytes).join(', ')}${value.length > mostBytes ? ', …' : ''}])`
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value))
    return block(
      '[',
      value.map((item) => literal(item, `${indent}  `)),
      ']',
      indent,
    )
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([key, item]) => `${keyOf(key)}: ${literal(item, `${indent}  `)}`)
    return block('{', members, '}', indent)
  }
  return String(value)
}

const mostBytes = 64
const widest = 90

function block(open: string, parts: readonly string[], close: string, indent: string): string {
  if (parts.length === 0) return open + close
  const pad = open === '{' ? ' ' : ''
  const line = `${open}${pad}${parts.join(', ')}${pad}${close}`
  if (indent.length + line.length <= widest && !line.includes('\n')) return line
  return `${open}\n${parts.map((part) => `${indent}  ${part},\n`).join('')}${indent}${close}`
}

const quoted = (text: string) => `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`

const keyOf = (key: string) => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key))
