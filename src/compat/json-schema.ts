/** What the args of an event look like, as far as their schema can say it. */
import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'
import type { AnyEventDef } from '../schema/events.ts'

export type JsonSchema = boolean | { readonly [keyword: string]: unknown }

/** Beside JSON's types: what the encoding of args knows besides, a `Date` say. */
export const kindKeyword = 'x-headwater-kind'
/** What decides about the value and JSON Schema cannot say, a refinement say. */
export const unknownKeyword = 'x-headwater-unknown'

export type ArgsShape =
  | {
      readonly type: 'known'
      /** What the event accepts: the input of its schema. */
      readonly reads: JsonSchema
      /** What it leaves in the log: the output. */
      readonly writes: JsonSchema
    }
  | { readonly type: 'unknown'; readonly why: string }

/** Asks the schema for its JSON Schema, unless one was given by hand. */
export function shapeOf({ schema, jsonSchema }: AnyEventDef): ArgsShape {
  if (jsonSchema) return { type: 'known', reads: jsonSchema, writes: jsonSchema }
  const { vendor, jsonSchema: convert } = (schema as StandardSchemaV1 & Partial<StandardJSONSchemaV1>)['~standard']
  if (!convert) return { type: 'unknown', why: `its schema, of ${vendor}, does not describe itself` }
  const options: StandardJSONSchemaV1.Options = {
    target: 'draft-2020-12',
    ...(vendor === 'zod' ? { libraryOptions: { unrepresentable: 'any', override: annotateZod } } : {}),
  }
  try {
    // A copy without what is not JSON.
    const [reads, writes] = [convert.input(options), convert.output(options)].map((made) =>
      JSON.parse(JSON.stringify(made)),
    )
    return { type: 'known', reads, writes }
  } catch (error) {
    return { type: 'unknown', why: `its schema, of ${vendor}, cannot be described: ${(error as Error).message}` }
  }
}

type ZodNode = {
  readonly zodSchema: { readonly _zod: { readonly def: ZodDef } }
  readonly jsonSchema: { [keyword: string]: unknown }
}

type ZodDef = {
  readonly type: string
  readonly values?: readonly unknown[]
  readonly checks?: readonly { readonly _zod: { readonly def: { readonly check: string } } }[]
}

/** Zod's types that JSON Schema has no word for, and that the encoding of args does not know either. */
const unsayable = new Set(['custom', 'file', 'function', 'map', 'nan', 'promise', 'set', 'symbol', 'undefined', 'void'])

/** Says what Zod leaves out: dates and bigints, which are encoded, and whatever code decides. */
function annotateZod({ zodSchema, jsonSchema }: ZodNode) {
  const { type, values, checks = [] } = zodSchema._zod.def
  if (type === 'date' || type === 'bigint') jsonSchema[kindKeyword] = type
  if (type === 'pipe' || type === 'transform') jsonSchema[unknownKeyword] = 'a transform'
  if (unsayable.has(type)) jsonSchema[unknownKeyword] = `a ${type} type`
  if (values?.some((value) => value === undefined || typeof value === 'bigint'))
    jsonSchema[unknownKeyword] = 'a literal'
  const isCode = checks.some(({ _zod }) => _zod.def.check === 'custom')
  if (isCode) jsonSchema[unknownKeyword] = 'a refinement'
  if (checks.length > 0 && (type === 'date' || type === 'bigint'))
    jsonSchema[unknownKeyword] = `the bounds of a ${type}`
}
