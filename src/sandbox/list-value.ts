// Decides what becomes of array attributes: lists of scalars are sets in order of arrival, capped from the front.

import { MAX_STRING_CHARACTERS } from '../model/limits.ts'
import { integerOf, isArray, isNumber, isObject, type Json, type JsonObject, numberOf } from './json-value.ts'
import { isTooLarge } from './nested-value.ts'
import { type DropReason, drop, longerThan, set, type Write } from './write.ts'

/** A list replaced whole costs one data point, whatever changed. */
export function writeList(incoming: readonly Json[], max: number): Write {
  const fault = elementFault(incoming)
  return fault === undefined ? capped([...keyed(incoming).values()], 1, max) : drop(fault)
}

export function isListUpdate(value: JsonObject): boolean {
  return value.size > 0 && [...value.keys()].every((name) => name === 'add' || name === 'remove')
}

/** `{"add": […]}` and `{"remove": […]}`: added first, then removed; every element named costs a data point. */
export function updateList(current: Json | undefined, update: JsonObject, max: number): Write {
  const add = update.get('add') ?? []
  const remove = update.get('remove') ?? []
  if (!isArray(add) || !isArray(remove)) return drop('bad_element')
  if (current !== undefined && !(isArray(current) && !current.some(isObject))) return drop('not_a_list')
  const fault = elementFault([...add, ...remove])
  if (fault !== undefined) return drop(fault)
  const dataPoints = add.length + remove.length
  if (current === undefined && add.length === 0) return { kind: 'keep', dataPoints }
  const elements = keyed([...(current ?? []), ...add])
  for (const element of remove) elements.delete(elementKey(element))
  return capped([...elements.values()], dataPoints, max)
}

function capped(elements: readonly Json[], dataPoints: number, max: number): Write {
  if (isTooLarge(elements)) return drop('value_too_large')
  if (elements.length <= max) return set(elements, dataPoints)
  return { kind: 'set', value: elements.slice(-max), dataPoints, lost: 'array_overflow' }
}

/** Elements by what they are; one that comes again moves to the end. */
function keyed(elements: readonly Json[]): Map<string, Json> {
  const byKey = new Map<string, Json>()
  for (const element of elements) {
    const key = elementKey(element)
    byKey.delete(key)
    byKey.set(key, element)
  }
  return byKey
}

function elementKey(element: Json): string {
  if (isNumber(element)) return `number:${integerOf(element) ?? numberOf(element)}`
  return `${typeof element}:${element}`
}

function elementFault(elements: readonly Json[]): DropReason | undefined {
  for (const element of elements) {
    if (element === null || isArray(element) || isObject(element)) return 'bad_element'
    if (typeof element === 'string' && longerThan(element, MAX_STRING_CHARACTERS)) return 'string_too_long'
  }
  return undefined
}
