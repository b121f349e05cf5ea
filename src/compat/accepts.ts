/** Whether everything that one JSON Schema describes is accepted by another. Pure. */
import { type JsonSchema, kindKeyword, unknownKeyword } from './json-schema.ts'

export type Misfit = {
  /** Where in the args, e.g. `todo.dueAt`; empty for the args as a whole. */
  readonly at: string
  /** False where it cannot be known. */
  readonly certain: boolean
  readonly why: string
}

type Keywords = { readonly [keyword: string]: unknown }

type Context = {
  readonly reader: JsonSchema
  readonly written: JsonSchema
  /** Pairs that are being compared: a recursive schema accepts itself. */
  readonly assumed: ReadonlySet<string>
}

/** Keywords that are not compared. Where both sides have the same, they are taken as met. */
const uncompared = [
  'not',
  'if',
  'then',
  'else',
  'patternProperties',
  'dependentRequired',
  'dependentSchemas',
  'unevaluatedProperties',
  'unevaluatedItems',
  'contains',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'contentEncoding',
  'contentMediaType',
]

/**
 * Why `reader` does not accept something that `written` describes; nothing if it accepts all of it.
 *
 * A `written` object without `additionalProperties` has no others: what validates args leaves them out, or they are told of.
 */
export function misfits(reader: JsonSchema, written: JsonSchema): Misfit[] {
  return compare(reader, written, '', { reader, written, assumed: new Set() })
}

function compare(reader: JsonSchema, written: JsonSchema, at: string, context: Context): Misfit[] {
  if (reader === true || written === false) return []
  if (reader === false) return [no(at, 'nothing is accepted here any more')]
  const writer = written === true ? {} : written
  if (reader.$ref !== undefined || writer.$ref !== undefined) return compareReferred(reader, writer, at, context)
  if (isNever(writer)) return []
  return (
    splitWriter(reader, writer, at, context) ??
    splitReader(reader, writer, at, context) ??
    comparePlain(reader, writer, at, context)
  )
}

const no = (at: string, why: string): Misfit => ({ at, certain: true, why })
const unclear = (at: string, why: string): Misfit => ({ at, certain: false, why })

function compareReferred(reader: Keywords, writer: Keywords, at: string, context: Context): Misfit[] {
  const pair = JSON.stringify([reader, writer])
  if (context.assumed.has(pair)) return []
  const [found, other] = [deref(reader, context.reader), deref(writer, context.written)]
  if (found === undefined || other === undefined) return [unclear(at, 'a reference that leads nowhere')]
  return compare(found, other, at, { ...context, assumed: new Set([...context.assumed, pair]) })
}

/** What a `$ref` of the same document means, together with what stands beside it. */
function deref(schema: Keywords, root: JsonSchema): JsonSchema | undefined {
  const { $ref, ...beside } = schema
  if ($ref === undefined) return schema
  if (typeof $ref !== 'string' || !$ref.startsWith('#')) return undefined
  const path = $ref.slice(1).split('/').slice(1)
  const found = path.reduce<unknown>(
    (value, key) => (value as Keywords | undefined)?.[key.replaceAll('~1', '/').replaceAll('~0', '~')],
    root,
  ) as JsonSchema | undefined
  if (found === undefined || plain(beside).length === 0) return found
  return { allOf: [found, beside] }
}

/** Keywords that say something about the value. */
function plain(schema: Keywords): string[] {
  const remarks = ['$schema', '$id', '$defs', 'definitions', '$comment', 'title', 'description', 'default', 'examples']
  return Object.keys(schema).filter(
    (keyword) => !remarks.includes(keyword) && !/^(readOnly|writeOnly|deprecated)$/.test(keyword),
  )
}

function isNever({ not }: Keywords): boolean {
  return not === true || (typeof not === 'object' && not !== null && plain(not as Keywords).length === 0)
}

/** Of what was written, every alternative must be accepted. */
function splitWriter(reader: Keywords, writer: Keywords, at: string, context: Context): Misfit[] | undefined {
  const { anyOf, oneOf, allOf, ...rest } = writer
  const alternatives = (anyOf ?? oneOf) as JsonSchema[] | undefined
  if (alternatives) {
    const parts = allOf ? (allOf as JsonSchema[]) : []
    return distinct(alternatives.flatMap((one) => compare(reader, all([rest, ...parts, one]), at, context)))
  }
  if (allOf) {
    const merged = merge([rest, ...(allOf as JsonSchema[])])
    if (merged) return compare(reader, merged, at, context)
    const fits = (allOf as JsonSchema[]).some((part) => compare(reader, part, at, context).length === 0)
    return fits ? [] : [unclear(at, 'several schemas at once')]
  }
  if (Array.isArray(writer.type)) {
    return distinct(writer.type.flatMap((type) => compare(reader, { ...rest, type }, at, context)))
  }
  if (writer.type === 'boolean' && !writer.enum && !('const' in writer)) {
    const { type: _, ...others } = rest
    return reader.type === 'boolean' && plain(reader).length === 1
      ? []
      : compare(reader, { ...others, enum: [true, false] }, at, context)
  }
  return undefined
}

/** Of what is read, one alternative must accept all of what was written. */
function splitReader(reader: Keywords, writer: Keywords, at: string, context: Context): Misfit[] | undefined {
  const { anyOf, oneOf, allOf, ...rest } = reader
  const alternatives = (anyOf ?? oneOf) as JsonSchema[] | undefined
  if (allOf) {
    const others = alternatives ? { ...rest, anyOf: alternatives } : rest
    return distinct([others, ...(allOf as JsonSchema[])].flatMap((part) => compare(part, writer, at, context)))
  }
  if (!alternatives) return undefined
  const beside = compare(rest, writer, at, context)
  const values = valuesOf(writer)
  const pieces = values ? values.map((value) => ({ ...writer, enum: [value] })) : [writer]
  return distinct([...beside, ...pieces.flatMap((piece) => compareAlternatives(alternatives, piece, at, context))])
}

function compareAlternatives(alternatives: JsonSchema[], writer: Keywords, at: string, context: Context): Misfit[] {
  const tried = alternatives.map((one) => compare(one, writer, at, context))
  if (tried.some((found) => found.length === 0)) return []
  // The one of the same kind, told by a misfit that is further in, says best what is missing.
  const [near, ...others] = tried.filter(
    (found) => !found.some((misfit) => misfit.at === at || isTag(writer, misfit.at, at)),
  )
  if (near && others.length === 0) return near
  const maybe = tried.find((found) => found.every(({ certain }) => !certain))
  return maybe ?? [no(at, `${print(writer)} fits none of the alternatives any more`)]
}

/** Whether `where` is a property that tells the alternatives of a union apart. */
function isTag(writer: Keywords, where: string, at: string): boolean {
  const property = (writer.properties as Keywords | undefined)?.[at ? where.slice(at.length + 1) : where]
  return property !== undefined && valuesOf(property as Keywords) !== undefined
}

function comparePlain(reader: Keywords, writer: Keywords, at: string, context: Context): Misfit[] {
  const found = unknowns(reader, writer, at)
  const values = valuesOf(writer)
  if (writer[unknownKeyword] !== undefined && writer.type === undefined && !values) return found
  if (values && !isObject(values[0])) return [...found, ...compareValues(reader, values, at)]
  const accepted = valuesOf(reader)
  if (accepted) {
    if (values?.every((value) => accepted.some((other) => same(value, other)))) return found
    return [
      ...found,
      no(at, `was ${print(writer)}, is only ${accepted.map((value) => JSON.stringify(value)).join(', ')}`),
    ]
  }
  const kinds = [reader[kindKeyword], writer[kindKeyword]]
  if (kinds[0] !== kinds[1] && plain(reader).length > 0) {
    return [...found, no(at, `was ${print(writer)}, is ${print(reader)}`)]
  }
  if (kinds[0] !== undefined) return found
  if (reader.type !== undefined && !types(reader).some((type) => includes(type, writer))) {
    return [...found, no(at, `was ${print(writer)}, is ${print(reader)}`)]
  }
  switch (writer.type) {
    case 'object':
      return [...found, ...compareObjects(reader, writer, at, context)]
    case 'array':
      return [...found, ...compareArrays(reader, writer, at, context)]
    case 'string':
      return [...found, ...compareStrings(reader, writer, at)]
    case 'number':
    case 'integer':
      return [...found, ...compareNumbers(reader, writer, at)]
    default:
      return found
  }
}

/** What cannot be compared: code on either side, and keywords of the reader that are not those of the writer. */
function unknowns(reader: Keywords, writer: Keywords, at: string): Misfit[] {
  const code = reader[unknownKeyword] ?? (plain(reader).length > 0 ? writer[unknownKeyword] : undefined)
  const others = uncompared.filter((keyword) => keyword in reader && !same(reader[keyword], writer[keyword]))
  return [
    ...(code === undefined ? [] : [unclear(at, `${code} decides there`)]),
    ...others.map((keyword) => unclear(at, `"${keyword}" is not compared`)),
  ]
}

function compareValues(reader: Keywords, values: readonly unknown[], at: string): Misfit[] {
  const refused = values.filter((value) => !admits(reader, value))
  if (refused.length === 0) return []
  return [
    no(
      at,
      `${refused.map((value) => JSON.stringify(value)).join(', ')} ${refused.length > 1 ? 'are' : 'is'} not accepted any more`,
    ),
  ]
}

/** Whether a schema without alternatives accepts a value that is no object and no list. */
function admits(reader: Keywords, value: unknown): boolean {
  const accepted = valuesOf(reader)
  if (accepted) return accepted.some((other) => same(other, value))
  if (reader[kindKeyword] !== undefined) return false
  const type = value === null ? 'null' : Number.isInteger(value) ? 'integer' : typeof value
  if (reader.type !== undefined && !types(reader).some((one) => includes(one, { type }))) return false
  if (typeof value === 'string') {
    const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern } = reader as { [keyword: string]: number }
    const fits = pattern === undefined || new RegExp(String(pattern), 'u').test(value)
    return value.length >= minLength && value.length <= maxLength && fits
  }
  if (typeof value === 'number')
    return compareNumbers(reader, { minimum: value, maximum: value, multipleOf: value }, '').length === 0
  return true
}

function compareObjects(reader: Keywords, writer: Keywords, at: string, context: Context): Misfit[] {
  const inside = (key: string) => (at ? `${at}.${key}` : key)
  const read = (reader.properties ?? {}) as { [key: string]: JsonSchema }
  const written = (writer.properties ?? {}) as { [key: string]: JsonSchema }
  const always = new Set((writer.required ?? []) as string[])
  const others = (writer.additionalProperties ?? false) as JsonSchema
  const accepted = (reader.additionalProperties ?? true) as JsonSchema

  const missing = ((reader.required ?? []) as string[]).filter((key) => !always.has(key))
  const known = Object.keys(read).flatMap((key) =>
    Object.hasOwn(written, key)
      ? compare(read[key]!, written[key]!, inside(key), context)
      : compare(read[key]!, others, inside(key), context),
  )
  const surplus = Object.keys(written).filter((key) => !Object.hasOwn(read, key))
  const names = reader.propertyNames as Keywords | undefined
  const namesMatter = names && plain(names).some((keyword) => keyword !== 'type') && !same(names, writer.propertyNames)
  return [
    ...missing.map((key) =>
      no(inside(key), Object.hasOwn(written, key) ? 'was optional, is required' : 'is required, and missing'),
    ),
    ...known,
    ...surplus.flatMap((key) =>
      accepted === false
        ? no(inside(key), 'is refused, and was there')
        : compare(accepted, written[key]!, inside(key), context),
    ),
    ...(others === false ? [] : compare(accepted, others, inside('*'), context)),
    ...(namesMatter ? [unclear(at, '"propertyNames" is not compared')] : []),
  ]
}

function compareArrays(reader: Keywords, writer: Keywords, at: string, context: Context): Misfit[] {
  const inside = (key: string) => (at ? `${at}.${key}` : key)
  const [read, written] = [itemsOf(reader), itemsOf(writer)]
  const most = (writer.maxItems ?? Number.POSITIVE_INFINITY) as number
  const places = Math.min(Math.max(read.first.length, written.first.length), most)
  const first = Array.from({ length: places }, (_, place) =>
    compare(read.first[place] ?? read.rest, written.first[place] ?? written.rest, inside(String(place)), context),
  )
  return [
    ...first.flat(),
    ...(places < most ? compare(read.rest, written.rest, inside('*'), context) : []),
    ...bound(reader, writer, 'minItems', at),
    ...bound(reader, writer, 'maxItems', at),
  ]
}

function itemsOf({ prefixItems = [], items = true }: Keywords) {
  return { first: prefixItems as readonly JsonSchema[], rest: items as JsonSchema }
}

function compareStrings(reader: Keywords, writer: Keywords, at: string): Misfit[] {
  const narrower = ['pattern', 'format'].filter(
    (keyword) => reader[keyword] !== undefined && reader[keyword] !== writer[keyword],
  )
  const wasFree = writer.pattern === undefined && writer.format === undefined
  const found = narrower.map((keyword) =>
    wasFree
      ? no(at, `was any string, is one of ${keyword} ${reader[keyword]}`)
      : unclear(at, `whether ${keyword} ${reader[keyword]} allows all that it was`),
  )
  return [...found.slice(-1), ...bound(reader, writer, 'minLength', at), ...bound(reader, writer, 'maxLength', at)]
}

function compareNumbers(reader: Keywords, writer: Keywords, at: string): Misfit[] {
  const [lowest, least] = [lowerBound(reader), lowerBound(writer)]
  const [highest, most] = [upperBound(reader), upperBound(writer)]
  const [step, used] = [reader, writer].map(({ multipleOf }) => multipleOf as number | undefined)
  const isFiner =
    step !== undefined && (used === undefined ? !(step === 1 && writer.type === 'integer') : used % step !== 0)
  return [
    ...(lowest.value > least.value || (lowest.value === least.value && lowest.open && !least.open)
      ? [no(at, `may be less than ${lowest.value}, the least that is accepted`)]
      : []),
    ...(highest.value < most.value || (highest.value === most.value && highest.open && !most.open)
      ? [no(at, `may be more than ${highest.value}, the most that is accepted`)]
      : []),
    ...(isFiner ? [no(at, `may be no multiple of ${step}`)] : []),
  ]
}

function lowerBound({ minimum, exclusiveMinimum }: Keywords) {
  const [closed, open] = [minimum, exclusiveMinimum].map(
    (value) => (value as number | undefined) ?? Number.NEGATIVE_INFINITY,
  )
  return { value: Math.max(closed!, open!), open: open! >= closed! && exclusiveMinimum !== undefined }
}

function upperBound({ maximum, exclusiveMaximum }: Keywords) {
  const [closed, open] = [maximum, exclusiveMaximum].map(
    (value) => (value as number | undefined) ?? Number.POSITIVE_INFINITY,
  )
  return { value: Math.min(closed!, open!), open: open! <= closed! && exclusiveMaximum !== undefined }
}

/** `minLength`, `maxItems` and the like. */
function bound(reader: Keywords, writer: Keywords, keyword: string, at: string): Misfit[] {
  const limit = reader[keyword] as number | undefined
  if (limit === undefined) return []
  const isLeast = keyword.startsWith('min')
  const was = (writer[keyword] as number | undefined) ?? (isLeast ? 0 : Number.POSITIVE_INFINITY)
  if (isLeast ? was >= limit : was <= limit) return []
  return [
    no(
      at,
      `may be ${isLeast ? 'shorter' : 'longer'} than ${limit}, the ${isLeast ? 'least' : 'most'} that is accepted`,
    ),
  ]
}

function types({ type }: Keywords): string[] {
  return Array.isArray(type) ? type : [type as string]
}

function includes(type: string, writer: Keywords): boolean {
  return type === writer.type || (type === 'number' && writer.type === 'integer')
}

function valuesOf(schema: Keywords): readonly unknown[] | undefined {
  if ('const' in schema) return [schema.const]
  return schema.enum as unknown[] | undefined
}

/** One schema that says what all of them say; undefined where two say something else about the same. */
function merge(schemas: readonly JsonSchema[]): JsonSchema | undefined {
  let merged: { [keyword: string]: unknown } = {}
  for (const schema of schemas) {
    if (schema === true) continue
    if (schema === false) return false
    for (const keyword of plain(schema)) {
      const [before, value] = [merged[keyword], schema[keyword]]
      if (before === undefined || same(before, value)) merged = { ...merged, [keyword]: value }
      else if (keyword === 'required')
        merged = { ...merged, required: [...(before as string[]), ...(value as string[])] }
      else if (keyword === 'properties' && disjoint(before, value))
        merged = { ...merged, properties: { ...before, ...(value as object) } }
      else return undefined
    }
  }
  return merged
}

function all(schemas: readonly JsonSchema[]): JsonSchema {
  const saying = schemas.filter((schema) => typeof schema === 'boolean' || plain(schema).length > 0)
  if (saying.length <= 1) return saying[0] ?? true
  return merge(saying) ?? { allOf: saying }
}

function disjoint(a: unknown, b: unknown): boolean {
  return Object.keys(a as object).every(
    (key) => !Object.hasOwn(b as object, key) || same((a as Keywords)[key], (b as Keywords)[key]),
  )
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

/** Equal as JSON, whatever the order of keys. */
function same(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (!isObject(a) || !isObject(b) || Array.isArray(a) !== Array.isArray(b)) return false
  const [left, right] = [a as Keywords, b as Keywords]
  const keys = Object.keys(left)
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && same(left[key], right[key]))
  )
}

function distinct(found: readonly Misfit[]): Misfit[] {
  return [...new Map(found.map((misfit) => [`${misfit.at} ${misfit.why}`, misfit])).values()]
}

function print(schema: Keywords): string {
  const values = valuesOf(schema)
  if (values) return values.map((value) => JSON.stringify(value)).join(' or ')
  if (schema[kindKeyword] !== undefined) return `a ${schema[kindKeyword]}`
  if (schema.type === undefined) return 'anything'
  return types(schema)
    .map((type) => (type === 'null' ? 'null' : /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`))
    .join(' or ')
}
