// Decides whom an object is about: exactly one primary identifier, else an e-mail address, else a phone number.

import { MAX_ALIAS_BYTES, MAX_ID_BYTES } from '../model/limits.ts'
import { isEmail } from './email.ts'
import { isObject, type Json, type JsonObject } from './json-value.ts'
import type { Refusal } from './refusal.ts'

export type Who =
  | { readonly by: 'external_id'; readonly id: string }
  | { readonly by: 'braze_id'; readonly id: string }
  | { readonly by: 'alias'; readonly name: string; readonly label: string }
  | { readonly by: 'email'; readonly email: string }
  | { readonly by: 'phone'; readonly phone: string }

const PRIMARY = ['external_id', 'user_alias', 'braze_id'] as const

/** The person an object names, or why it names none. */
export function whoIs(object: JsonObject): Who | Refusal {
  const primary = PRIMARY.filter((name) => isGiven(object.get(name)))
  if (primary.length > 1) return 'SEVERAL_IDENTIFIERS'
  if (primary[0] === 'external_id') return byExternalId(object.get('external_id'))
  if (primary[0] === 'user_alias') return byAlias(object.get('user_alias'))
  if (primary[0] === 'braze_id') return byBrazeId(object.get('braze_id'))
  return bySecondary(object)
}

/** One text per person as named: two texts may still be one person, known by an id and by an address. */
export function personKey(who: Who): string {
  if (who.by === 'alias') return `alias:${JSON.stringify([who.label, who.name])}`
  if (who.by === 'email') return `email:${emailKey(who.email)}`
  if (who.by === 'phone') return `phone:${phoneKey(who.phone)}`
  return `${who.by}:${who.id}`
}

/** Addresses are the same person whatever their case (our choice: Braze does not say). */
export function emailKey(email: string): string {
  return email.trim().toLowerCase()
}

/** Everything but digits and a leading plus is stripped; ten digits without a plus are read as American. */
export function phoneKey(phone: string): string {
  const digits = phone.replace(/\D/g, '')
  if (phone.trim().startsWith('+')) return `+${digits}`
  return digits.length === 10 ? `+1${digits}` : digits
}

function isGiven(value: Json | undefined): value is Json {
  return value !== undefined && value !== null && value !== ''
}

function byExternalId(value: Json | undefined): Who | Refusal {
  if (typeof value !== 'string') return 'BAD_EXTERNAL_ID'
  if (Buffer.byteLength(value) > MAX_ID_BYTES) return 'EXTERNAL_USER_ID_TOO_LARGE'
  return { by: 'external_id', id: value }
}

function byBrazeId(value: Json | undefined): Who | Refusal {
  return typeof value === 'string' ? { by: 'braze_id', id: value } : 'BAD_BRAZE_ID'
}

function byAlias(value: Json | undefined): Who | Refusal {
  if (!isObject(value)) return 'BAD_USER_ALIAS'
  const name = value.get('alias_name')
  const label = value.get('alias_label')
  return isAliasText(name) && isAliasText(label) ? { by: 'alias', name, label } : 'BAD_USER_ALIAS'
}

export function isAliasText(value: Json | undefined): value is string {
  return typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= MAX_ALIAS_BYTES
}

function bySecondary(object: JsonObject): Who | Refusal {
  const email = object.get('email')
  const phone = object.get('phone')
  if (isGiven(email)) {
    return typeof email === 'string' && isEmail(email) ? { by: 'email', email } : 'EMAIL_BAD_FORMAT'
  }
  return typeof phone === 'string' && phoneKey(phone) !== '' ? { by: 'phone', phone } : 'MISSING_IDENTIFIER'
}
