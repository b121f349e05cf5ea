// Which rules of src/sync/SPEC.md are held by a test or by an invariant of the explorer, and which are not.
import { parseSync, Visitor } from 'oxc-parser'

/** Every rule that nothing holds, and every number that is no rule, as a sentence. `files` maps a path to its source. */
export function brokenRules(spec: string, files: Map<string, string>): string[] {
  const rules = rulesOf(spec)
  const cited = [...files].map(([file, source]) => ({ file, numbers: citationsOf(file, source) }))
  const held = new Set(cited.flatMap(({ numbers }) => numbers))
  return [
    ...rules.filter((rule, at) => rules.indexOf(rule) !== at).map((rule) => `${rule} stands for two rules`),
    ...rules.filter((rule) => !held.has(rule)).map((rule) => `${rule} has no test that cites it`),
    ...cited.flatMap(({ file, numbers }) =>
      [...new Set(numbers)]
        .filter((rule) => !rules.includes(rule))
        .map((rule) => `${file} cites ${rule}, which is no rule`),
    ),
  ]
}

/** The numbers of the rules, each written `- **M4** …`. */
export function rulesOf(spec: string): string[] {
  return [...spec.matchAll(/^- \*\*([A-Z]\d+)\*\* /gm)].map(([, rule]) => rule!)
}

/** In a test, the numbers that a title begins with; elsewhere, those that are a text by themselves, as an invariant has it. */
export function citationsOf(file: string, source: string): string[] {
  const isTest = /\.test\.tsx?$/.test(file)
  const found: string[] = []
  const visitor = new Visitor({
    CallExpression({ callee, arguments: [title] }) {
      if (isTest && title && isTestCall(callee)) found.push(...leadingRules(textOf(title)))
    },
    Literal({ value }) {
      if (!isTest && typeof value === 'string' && /^[A-Z]\d+$/.test(value)) found.push(value)
    },
  })
  visitor.visit(parseSync(file, source).program)
  return found
}

type Node = { readonly type: string }

/** `test(…)`, and `test.each(…)(…)`. */
function isTestCall(callee: Node): boolean {
  if (callee.type === 'Identifier') return /^(test|it|describe)$/.test((callee as Node & { name: string }).name)
  if (callee.type === 'MemberExpression') return isTestCall((callee as Node & { object: Node }).object)
  return callee.type === 'CallExpression' && isTestCall((callee as Node & { callee: Node }).callee)
}

function textOf(title: Node): string {
  if (title.type === 'Literal') return String((title as Node & { value: unknown }).value)
  if (title.type !== 'TemplateLiteral') return ''
  return (title as Node & { quasis: { value: { cooked: string | null } }[] }).quasis[0]?.value.cooked ?? ''
}

function leadingRules(title: string): string[] {
  return /^(?:[A-Z]\d+ )*/.exec(title)![0].split(' ').filter(Boolean)
}
