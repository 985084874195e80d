// Decides what becomes of objects inside an attribute: one bad leaf drops the whole update, without a word.

import { MAX_NAME_CHARACTERS, MAX_STRING_CHARACTERS, MAX_VALUE_BYTES } from '../model/limits.ts'
import { isArray, isObject, type Json, type JsonObject, renderJson } from './json-value.ts'
import { timeOf } from './time-text.ts'
import { type DropReason, longerThan } from './write.ts'

/** Why Braze would drop an object or array with this inside; undefined if it would not. */
export function nestedFault(value: Json): DropReason | undefined {
  if (value === null) return 'nested_null'
  if (typeof value === 'string')
    return longerThan(value, MAX_STRING_CHARACTERS) ? 'string_too_long' : undefined
  if (isArray(value)) return firstFault(value)
  if (!isObject(value)) return undefined
  if (value.has('$time')) return isTimeObject(value) ? undefined : 'nested_time'
  for (const name of value.keys()) {
    if (longerThan(name, MAX_NAME_CHARACTERS) || /[ .$]/.test(name)) return 'nested_name'
  }
  return firstFault([...value.values()])
}

function firstFault(values: readonly Json[]): DropReason | undefined {
  for (const value of values) {
    const fault = nestedFault(value)
    if (fault !== undefined) return fault
  }
  return undefined
}

function isTimeObject(value: JsonObject): boolean {
  const time = value.get('$time')
  return value.size === 1 && typeof time === 'string' && timeOf(time) !== undefined
}

export function isTooLarge(value: Json): boolean {
  return Buffer.byteLength(renderJson(value)) > MAX_VALUE_BYTES
}

/** Billing counts the keys that carry a value; the containers are free. */
export function leafCount(value: JsonObject): number {
  let count = 0
  for (const item of value.values()) count += isObject(item) && !item.has('$time') ? leafCount(item) : 1
  return count
}

/** `update` over `base`, objects merged down to the leaves, everything else replaced. */
export function mergeObjects(base: JsonObject, update: JsonObject): JsonObject {
  const merged = new Map(base)
  for (const [name, value] of update) {
    const before = merged.get(name)
    merged.set(name, isObject(before) && isObject(value) ? mergeObjects(before, value) : value)
  }
  return merged
}
