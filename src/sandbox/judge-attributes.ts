// Decides whether Braze refuses one object of `attributes` as a whole. Everything it merely drops is decided elsewhere.

import { isEmail } from './email.ts'
import { isArray, isNumber, isObject, type Json, type JsonObject } from './json-value.ts'
import type { Refusal } from './refusal.ts'

const SUBSCRIPTION_STATES: ReadonlySet<Json> = new Set(['subscribed', 'unsubscribed', 'opted_in'])
const GROUP_STATES: ReadonlySet<Json> = new Set(['subscribed', 'unsubscribed'])
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

const FIELD_CHECKS: ReadonlyMap<string, (value: Json) => Refusal | undefined> = new Map([
  ['email', badEmail],
  ['email_subscribe', badEmailSubscribe],
  ['push_subscribe', badPushSubscribe],
  ['current_location', badLocation],
  ['subscription_groups', badGroups],
  ['push_tokens', badPushTokens],
])

export function judgeAttributes(object: JsonObject): Refusal | undefined {
  if (object.has('email_subscription_info')) return 'INVALID_ATTRIBUTE_EMAIL_SUBSCRIPTION_INFO'
  for (const [field, check] of FIELD_CHECKS) {
    const value = object.get(field)
    const refusal = value === undefined ? undefined : check(value)
    if (refusal !== undefined) return refusal
  }
  return object.get('push_token_import') === true ? badImport(object) : undefined
}

function badEmail(value: Json): Refusal | undefined {
  if (value === null) return undefined
  return typeof value === 'string' && isEmail(value) ? undefined : 'EMAIL_BAD_FORMAT'
}

function badEmailSubscribe(value: Json): Refusal | undefined {
  return SUBSCRIPTION_STATES.has(value) ? undefined : 'BAD_EMAIL_SUBSCRIPTION_STATE'
}

function badPushSubscribe(value: Json): Refusal | undefined {
  return SUBSCRIPTION_STATES.has(value) ? undefined : 'BAD_PUSH_SUBSCRIPTION_STATE'
}

function badLocation(value: Json): Refusal | undefined {
  if (value === null) return undefined
  const both = isObject(value) && isNumber(value.get('longitude')) && isNumber(value.get('latitude'))
  return both ? undefined : 'BAD_LOCATION_UPDATE'
}

function badGroups(value: Json): Refusal | undefined {
  if (!isArray(value)) return 'BAD_SUBSCRIPTION_GROUP_ARRAY'
  return firstRefusal(value, badGroup)
}

function badGroup(group: Json): Refusal | undefined {
  const id = isObject(group) ? group.get('subscription_group_id') : undefined
  const state = isObject(group) ? group.get('subscription_state') : undefined
  if (id === undefined || state === undefined) return 'BAD_SUBSCRIPTION_GROUP_HASH'
  if (typeof id !== 'string' || !UUID.test(id)) return 'BAD_SUBSCRIPTION_GROUP_ID'
  return GROUP_STATES.has(state) ? undefined : 'BAD_SUBSCRIPTION_GROUP_STATE'
}

function badPushTokens(value: Json): Refusal | undefined {
  if (value === null) return undefined
  if (!isArray(value)) return 'BAD_PUSH_TOKEN_VALUE'
  return firstRefusal(value, badPushToken)
}

function badPushToken(token: Json): Refusal | undefined {
  if (!isObject(token)) return 'BAD_PUSH_TOKEN_VALUE'
  if (typeof token.get('token') !== 'string') return 'BAD_PUSH_TOKEN_STRING'
  const device = token.get('device_id')
  if (device === undefined) return undefined
  const bytes = typeof device === 'string' ? Buffer.byteLength(device) : 0
  return bytes >= 8 && bytes <= 255 ? undefined : 'BAD_DEVICE_ID'
}

function badImport(object: JsonObject): Refusal | undefined {
  const tokens = object.get('push_tokens')
  const hasToken = isArray(tokens) && tokens.length > 0
  const named = object.has('external_id') || object.has('braze_id')
  return hasToken && !named ? undefined : 'BAD_PUSH_TOKEN_IMPORT'
}

function firstRefusal(
  items: readonly Json[],
  check: (item: Json) => Refusal | undefined,
): Refusal | undefined {
  for (const item of items) {
    const refusal = check(item)
    if (refusal !== undefined) return refusal
  }
  return undefined
}
