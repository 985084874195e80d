// Decides what becomes of arrays of objects, and of `$add`, `$remove` and `$update` on them, always in that order.

import { isArray, isObject, type Json, type JsonObject, renderJson } from './json-value.ts'
import { isTooLarge, leafCount, mergeObjects, nestedFault } from './nested-value.ts'
import { drop, set, type Write } from './write.ts'

export function writeObjectList(incoming: readonly Json[]): Write {
  if (!incoming.every(isObject)) return drop('bad_element')
  return checked(incoming, keysIn(incoming))
}

export function isObjectListUpdate(value: JsonObject): boolean {
  return ['$add', '$remove', '$update'].some((name) => value.has(name))
}

/** Billing: `$add` counts the keys of its objects, `$update` its properties, `$remove` its criteria. */
export function updateObjectList(current: Json | undefined, update: JsonObject): Write {
  const add = objectsOf(update.get('$add'))
  const remove = objectsOf(update.get('$remove'))
  const change = objectsOf(update.get('$update'))
  if (add === undefined || remove === undefined || change === undefined) return drop('bad_element')
  const before = current === undefined ? [] : objectsOf(current)
  if (before === undefined) return drop('not_a_list')

  let items = [...before, ...add]
  for (const criterion of remove) items = items.filter((item) => !matches(item, criterion))
  let properties = 0
  for (const criterion of change) {
    const replacement = criterion.get('$new_object')
    if (!isObject(replacement)) return drop('bad_element')
    properties += leafCount(replacement)
    items = items.map((item) => (matches(item, criterion) ? mergeObjects(item, replacement) : item))
  }
  return checked(items, keysIn(add) + remove.length + properties)
}

function checked(items: readonly JsonObject[], dataPoints: number): Write {
  const fault = nestedFault(items)
  if (fault !== undefined) return drop(fault)
  return isTooLarge(items) ? drop('value_too_large') : set(items, dataPoints)
}

function objectsOf(value: Json | undefined): readonly JsonObject[] | undefined {
  if (value === undefined) return []
  return isArray(value) && value.every(isObject) ? value : undefined
}

function keysIn(items: readonly JsonObject[]): number {
  return items.reduce((sum, item) => sum + leafCount(item), 0)
}

function matches(item: JsonObject, criterion: JsonObject): boolean {
  const name = criterion.get('$identifier_key')
  const value = criterion.get('$identifier_value')
  if (typeof name !== 'string' || value === undefined) return false
  const own = item.get(name)
  return own !== undefined && renderJson(own) === renderJson(value)
}
