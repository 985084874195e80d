// Decides whether Braze refuses one object of `events` or `purchases`.

import { MAX_VALUE_BYTES } from '../model/limits.ts'
import {
  integerOf,
  isArray,
  isNumber,
  isObject,
  type Json,
  type JsonObject,
  renderJson,
} from './json-value.ts'
import type { Refusal } from './refusal.ts'
import { eventTimeOf } from './time-text.ts'

const EVENT_RESERVED: ReadonlySet<string> = new Set(['time', 'event_name'])
const PURCHASE_RESERVED: ReadonlySet<string> = new Set([
  'time',
  'product_id',
  'quantity',
  'event_name',
  'price',
  'currency',
])
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))
/** Units of one purchase object (Braze docs, "Purchase object"). */
const MAX_QUANTITY = 100n

export function judgeEvent(object: JsonObject): Refusal | undefined {
  if (!isText(object.get('name'))) return 'BAD_NAME'
  if (!isEventTime(object.get('time'))) return 'BAD_TIME'
  return badProperties(object.get('properties'), EVENT_RESERVED)
}

export function judgePurchase(object: JsonObject): Refusal | undefined {
  if (!isText(object.get('product_id'))) return 'BAD_PRODUCT'
  if (!isEventTime(object.get('time'))) return 'BAD_TIME'
  const currency = object.get('currency')
  if (typeof currency !== 'string' || !CURRENCIES.has(currency)) return 'BAD_CURRENCY'
  if (!isNumber(object.get('price'))) return 'BAD_PRICE'
  const quantity = integerOf(object.get('quantity') ?? 1)
  if (quantity === undefined || quantity < 1n || quantity > MAX_QUANTITY) return 'BAD_QUANTITY'
  return badProperties(object.get('properties'), PURCHASE_RESERVED)
}

/** Properties with arrays or objects beyond 100 KB make Braze refuse the request as a whole. */
export function hasOversizedProperties(object: JsonObject): boolean {
  const properties = object.get('properties')
  if (!isObject(properties)) return false
  const nested = [...properties.values()].some((value) => isArray(value) || isObject(value))
  return nested && Buffer.byteLength(renderJson(properties)) > MAX_VALUE_BYTES
}

function badProperties(properties: Json | undefined, reserved: ReadonlySet<string>): Refusal | undefined {
  if (properties === undefined || properties === null) return undefined
  if (!isObject(properties)) return 'BAD_PROPERTIES'
  for (const name of properties.keys()) {
    if (reserved.has(name) || name === '' || name.startsWith('$')) return 'BAD_PROPERTIES'
  }
  return undefined
}

function isText(value: Json | undefined): boolean {
  return typeof value === 'string' && value !== '' && value.length <= 255
}

function isEventTime(value: Json | undefined): boolean {
  return typeof value === 'string' && eventTimeOf(value) !== undefined
}
