// Decides the answer to /users/export/ids: who was asked for, and which fields of them are shown.

import { exportedFields, isExportable, type ShownAs } from './export-fields.ts'
import { isAliasText, type Who } from './identity.ts'
import { isArray, isObject, type Json, type JsonObject } from './json-value.ts'
import type { Profile } from './profile.ts'
import type { ProfileStore } from './profile-store.ts'
import { jsonReply, type Reply } from './transport.ts'

/** External ids and aliases in one request (Braze docs, "Export user profile by identifier"). */
const MAX_IDS = 50
const SINGLE = ['device_id', 'email_address', 'phone', 'braze_id'] as const

export interface ExportRules extends ShownAs {
  /** Customers since August 2024 must name the fields. */
  readonly fieldsRequired: boolean
}

export function exportIds(body: Json, store: ProfileStore, rules: ExportRules): Reply {
  if (!isObject(body)) return refuse('the body must be a JSON object')
  const fields = body.get('fields_to_export')
  const problem = problemIn(body) ?? fieldsProblem(fields, rules.fieldsRequired)
  if (problem !== undefined) return refuse(problem)
  const asked = isArray(fields) ? new Set(fields.map(String)) : undefined
  const { found, missing } = lookUp(body, store)
  const users = found.map((profile) => exportedFields(profile, asked, rules))
  const invalid = missing.length > 0 ? { invalid_user_ids: missing } : {}
  return jsonReply(201, { message: 'success', users, ...invalid })
}

function refuse(message: string): Reply {
  return jsonReply(400, { message: `Bad Request: ${message}` })
}

function problemIn(body: JsonObject): string | undefined {
  const externalIds = body.get('external_ids') ?? []
  const aliases = body.get('user_aliases') ?? []
  if (!isArray(externalIds) || !externalIds.every((id) => typeof id === 'string')) {
    return "'external_ids' must be an array of strings"
  }
  if (!isArray(aliases) || !aliases.every((alias) => aliasOf(alias) !== undefined)) {
    return "'user_aliases' must be an array of aliases"
  }
  if (externalIds.length + aliases.length > MAX_IDS) return `at most ${MAX_IDS} users can be asked for`
  const single = SINGLE.filter((name) => body.has(name))
  if (single.length > 1) return `only one of ${SINGLE.join(', ')} can be given`
  if (single.some((name) => typeof body.get(name) !== 'string')) return `'${single[0]}' must be a string`
  return single.length + externalIds.length + aliases.length === 0 ? 'no user was asked for' : undefined
}

function fieldsProblem(fields: Json | undefined, required: boolean): string | undefined {
  if (fields === undefined) return required ? "'fields_to_export' is required" : undefined
  if (!isArray(fields) || fields.length === 0) return "'fields_to_export' must be an array of field names"
  const unknown = fields.some((field) => typeof field !== 'string' || !isExportable(field))
  return unknown ? "'fields_to_export' names a field that does not exist" : undefined
}

function lookUp(body: JsonObject, store: ProfileStore): { found: Profile[]; missing: string[] } {
  const found = new Set<Profile>()
  const missing: string[] = []
  for (const id of list(body.get('external_ids'))) {
    const profile = store.find({ by: 'external_id', id: String(id) })
    if (profile === undefined) missing.push(String(id))
    else found.add(profile)
  }
  for (const who of [...list(body.get('user_aliases')).map(aliasOf), brazeIdIn(body)]) {
    const profile = who === undefined ? undefined : store.find(who)
    if (profile !== undefined) found.add(profile)
  }
  const email = body.get('email_address')
  const phone = body.get('phone')
  const sharing = [
    ...(typeof email === 'string' ? store.findAll({ by: 'email', email }) : []),
    ...(typeof phone === 'string' ? store.findAll({ by: 'phone', phone }) : []),
  ]
  for (const profile of sharing) found.add(profile)
  return { found: [...found], missing }
}

function list(value: Json | undefined): readonly Json[] {
  return isArray(value) ? value : []
}

function aliasOf(value: Json): Who | undefined {
  if (!isObject(value)) return undefined
  const name = value.get('alias_name')
  const label = value.get('alias_label')
  return isAliasText(name) && isAliasText(label) ? { by: 'alias', name, label } : undefined
}

function brazeIdIn(body: JsonObject): Who | undefined {
  const id = body.get('braze_id')
  return typeof id === 'string' ? { by: 'braze_id', id } : undefined
}
