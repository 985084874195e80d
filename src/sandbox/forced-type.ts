// Decides the type of an attribute: detected from the value, or forced in the dashboard, where a value that does not
// fit is bent or dropped without a word.

import { isArray, isNumber, isObject, type Json, numberText } from './json-value.ts'
import { timeOf } from './time-text.ts'

export type ForcedType = 'boolean' | 'number' | 'string' | 'time' | 'array' | 'object'
export type AttributeType =
  | 'boolean'
  | 'integer'
  | 'float'
  | 'string'
  | 'time'
  | 'array'
  | 'object'
  | 'object_array'

export function typeOf(value: Json, forced?: ForcedType): AttributeType {
  if (typeof value === 'boolean') return 'boolean'
  if (isNumber(value)) return /^-?\d+$/.test(numberText(value)) ? 'integer' : 'float'
  if (isArray(value)) return value.some(isObject) ? 'object_array' : 'array'
  if (isObject(value)) return 'object'
  return typeof value === 'string' && forced !== 'string' && timeOf(value) !== undefined ? 'time' : 'string'
}

/** The value as the forced type takes it; undefined where it cannot. Objects pass: they may be updates of a list. */
export function coerce(value: Json, forced: ForcedType): Json | undefined {
  if (isObject(value))
    return forced === 'string' || forced === 'boolean' || forced === 'time' ? undefined : value
  if (forced === 'boolean') return booleanOf(value)
  if (forced === 'number') return isNumber(value) ? value : undefined
  if (forced === 'time') return typeof value === 'string' && timeOf(value) !== undefined ? value : undefined
  if (forced === 'string') return textOf(value)
  return isArray(value) ? value : undefined
}

function booleanOf(value: Json): boolean | undefined {
  const text = textOf(value)?.toLowerCase()
  if (text === '1' || text === 'true' || text === 't') return true
  return text === '0' || text === 'false' || text === 'f' ? false : undefined
}

function textOf(value: Json): string | undefined {
  if (isNumber(value)) return numberText(value)
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : undefined
}
