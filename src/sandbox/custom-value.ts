// Decides what becomes of one custom attribute: pure, from the value there was and the value that was sent.

import { MAX_STRING_CHARACTERS } from '../model/limits.ts'
import { coerce, type ForcedType } from './forced-type.ts'
import { exactNumber, integerOf, isArray, isObject, type Json, type JsonObject } from './json-value.ts'
import { isListUpdate, updateList, writeList } from './list-value.ts'
import { isTooLarge, leafCount, mergeObjects, nestedFault } from './nested-value.ts'
import { isObjectListUpdate, updateObjectList, writeObjectList } from './object-list-value.ts'
import { drop, longerThan, set, unset, type Write } from './write.ts'

export interface CustomRules {
  readonly arrayMax: number
  /** `_merge_objects` of the object that carries the attribute. */
  readonly merge: boolean
  readonly forced?: ForcedType | undefined
}

export function writeCustom(current: Json | undefined, incoming: Json, rules: CustomRules): Write {
  if (incoming === null) return unset(1)
  const value = rules.forced === undefined ? incoming : coerce(incoming, rules.forced)
  if (value === undefined) return drop('wrong_type')
  if (isObject(value)) return writeObject(current, value, rules)
  if (isArray(value)) return value.some(isObject) ? writeObjectList(value) : writeList(value, rules.arrayMax)
  if (typeof value === 'string' && longerThan(value, MAX_STRING_CHARACTERS)) return drop('string_too_long')
  return set(value, 1)
}

function writeObject(current: Json | undefined, value: JsonObject, rules: CustomRules): Write {
  if (isListUpdate(value)) return updateList(current, value, rules.arrayMax)
  if (isObjectListUpdate(value)) return updateObjectList(current, value)
  if (value.size === 1 && value.has('inc')) return increment(current, value.get('inc'))
  const fault = nestedFault(value)
  if (fault !== undefined) return drop(fault)
  const whole = rules.merge && isObject(current) ? mergeObjects(current, value) : value
  return isTooLarge(whole) ? drop('value_too_large') : set(whole, leafCount(value))
}

/** Whether fractions can be incremented is not documented: here only integers can, and nothing counts as zero. */
function increment(current: Json | undefined, by: Json | undefined): Write {
  const base = current === undefined ? 0n : integerOf(current)
  const step = integerOf(by)
  if (base === undefined || step === undefined) return drop('bad_increment')
  return set(exactNumber(String(base + step)), 1)
}
