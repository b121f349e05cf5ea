/** A form for the args of an event, made from their JSON Schema where that says it all. Pure. */
import { type JsonSchema, kindKeyword } from '../../src/compat/json-schema.ts'
import { encodeArgs, type Json } from '../../src/event/encode.ts'
import type { EventForm, GivenEvent } from '../tab/questions.ts'

export type Field = {
  readonly key: string
  readonly kind: 'text' | 'number' | 'boolean' | 'choice' | 'date' | 'bigint' | 'json'
  readonly isRequired: boolean
  readonly choices?: readonly string[]
  readonly initial: string
}

/** One text field for all of the args as JSON, where a schema does not describe them. */
const whole: Field = { key: '', kind: 'json', isRequired: true, initial: '{}' }

export function fieldsOf({ schema }: Pick<EventForm, 'schema'>): readonly Field[] {
  if (typeof schema !== 'object' || schema.type !== 'object') return [whole]
  const properties = schema.properties as { readonly [key: string]: JsonSchema } | undefined
  const required = new Set((schema.required as readonly string[] | undefined) ?? [])
  return Object.entries(properties ?? {}).map(([key, of]) => fieldOf(key, of, required.has(key)))
}

function fieldOf(key: string, schema: JsonSchema, isRequired: boolean): Field {
  const of = typeof schema === 'object' ? schema : {}
  const given = of.default
  const field = { key, isRequired: isRequired && given === undefined }
  if (Array.isArray(of.enum) && of.enum.every((choice) => typeof choice === 'string')) {
    return { ...field, kind: 'choice', choices: of.enum, initial: String(given ?? (isRequired ? of.enum[0] : '')) }
  }
  const kind = kindOf(of)
  const initial = given === undefined ? '' : kind === 'json' ? JSON.stringify(given) : String(given)
  return { ...field, kind, initial: kind === 'boolean' && initial === '' && isRequired ? 'false' : initial }
}

function kindOf(schema: { readonly [keyword: string]: unknown }): Field['kind'] {
  const kind = schema[kindKeyword]
  if (kind === 'date' || kind === 'bigint') return kind
  switch (schema.type) {
    case 'string':
      return 'text'
    case 'number':
    case 'integer':
      return 'number'
    case 'boolean':
      return 'boolean'
    default:
      return 'json'
  }
}

/** What was typed, by key. */
export type Typed = { readonly [key: string]: string }

export type Filled =
  | { readonly type: 'filled'; readonly event: GivenEvent }
  | { readonly type: 'wrong'; readonly issues: { readonly [key: string]: string } }

/** The event that was typed. What its own schema says of it, is the tab's to say. */
export function filled(name: string, fields: readonly Field[], typed: Typed): Filled {
  const issues: Record<string, string> = {}
  const values: Record<string, unknown> = {}
  for (const field of fields) {
    try {
      const value = parsed(field, typed[field.key] ?? field.initial)
      if (value !== undefined) values[field.key] = value
    } catch (error) {
      issues[field.key] = (error as Error).message
    }
  }
  if (Object.keys(issues).length > 0) return { type: 'wrong', issues }
  const { args, kinds } = encodeArgs(fields[0] === whole ? values[''] : values)
  return { type: 'filled', event: { name, args, ...(kinds ? { kinds } : {}) } }
}

function parsed({ kind, isRequired }: Field, text: string): unknown {
  if (text === '' && (kind !== 'text' || !isRequired)) {
    if (isRequired) throw new Error('is missing')
    return undefined
  }
  switch (kind) {
    case 'text':
    case 'choice':
      return text
    case 'number': {
      const value = Number(text)
      if (Number.isNaN(value)) throw new Error('is no number')
      return value
    }
    case 'boolean':
      return text === 'true'
    case 'bigint':
      if (!/^-?\d+$/.test(text)) throw new Error('is no whole number')
      return BigInt(text)
    case 'date': {
      const value = new Date(text)
      if (Number.isNaN(value.getTime())) throw new Error('is no date, such as 2026-11-22T10:00:00Z')
      return value
    }
    case 'json':
      return JSON.parse(text) as Json
    default:
      return kind satisfies never
  }
}
