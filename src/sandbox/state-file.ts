// Decides how profiles outlive the sandbox: one JSON file, every digit kept. A convenience for demos.

import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BrazierError, UsageError } from '../model/errors.ts'
import { typeOf } from './forced-type.ts'
import { parseJson } from './json-parse.ts'
import {
  isArray,
  isNumber,
  isObject,
  type Json,
  type JsonObject,
  numberOf,
  renderJson,
} from './json-value.ts'
import { newProfile, type Profile, profileRecord, type Tally } from './profile.ts'
import type { Workspace } from './workspace.ts'

const VERSION = 1

export async function saveState(path: string, { bench }: Workspace): Promise<void> {
  const profiles = [...bench.store.after()].map((profile) => profileRecord(profile, bench.forced))
  // Written beside it and renamed: a crash leaves the old file whole.
  await writeFile(`${path}.new`, renderJson({ version: VERSION, profiles }))
  await rename(`${path}.new`, path)
}

export async function loadState(path: string, { bench }: Workspace): Promise<void> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    if (error.code === 'EISDIR')
      throw new UsageError(`The sandbox's state file ${path} is a folder.`, {
        hint: `Name a file in it, such as ${join(path, 'sandbox.json')}`,
      })
    throw error
  })
  if (text === undefined) return
  for (const record of recordsIn(text, path)) {
    const profile = profileOf(record)
    bench.store.add(profile)
    for (const [name, value] of profile.attributes)
      bench.known.set(name, typeOf(value, bench.forced.get(name)))
  }
}

function recordsIn(text: string, path: string): readonly JsonObject[] {
  const hint = 'Delete the file to start with no profiles.'
  let state: Json
  try {
    state = parseJson(text).value
  } catch (cause) {
    throw new BrazierError(`The sandbox's state file ${path} is not JSON.`, { hint, cause })
  }
  const profiles = isObject(state) && state.get('version') === VERSION ? state.get('profiles') : undefined
  if (!isArray(profiles)) throw new BrazierError(`${path} is not a state file of this sandbox.`, { hint })
  return profiles.filter(isObject)
}

function profileOf(record: JsonObject): Profile {
  const externalId = record.get('external_id')
  const created = numberIn(record, 'created_at')
  const profile = newProfile(
    String(record.get('braze_id')),
    typeof externalId === 'string' ? externalId : undefined,
    created,
  )
  for (const [name, value] of entriesIn(record, 'custom_attributes')) profile.attributes.set(name, value)
  profile.fields = new Map(entriesIn(record, 'fields'))
  profile.subscriptionGroups = new Map(
    entriesIn(record, 'subscription_groups').map(([id, s]) => [id, String(s)]),
  )
  profile.aliases = new Map(aliasesIn(record))
  profile.events = talliesIn(record, 'custom_events')
  profile.purchases = talliesIn(record, 'purchases')
  profile.updatedAt = numberIn(record, 'updated_at')
  return profile
}

function entriesIn(record: JsonObject, name: string): readonly (readonly [string, Json])[] {
  const value = record.get(name)
  return isObject(value) ? [...value] : []
}

function aliasesIn(record: JsonObject): readonly (readonly [string, string])[] {
  const aliases = record.get('user_aliases')
  return isArray(aliases)
    ? aliases
        .filter(isObject)
        .map((alias) => [String(alias.get('alias_label')), String(alias.get('alias_name'))])
    : []
}

function talliesIn(record: JsonObject, name: string): ReadonlyMap<string, Tally> {
  return new Map(
    entriesIn(record, name).map(([key, tally]) => [
      key,
      {
        count: numberIn(tally, 'count'),
        first: numberIn(tally, 'first'),
        last: numberIn(tally, 'last'),
        revenue: numberIn(tally, 'revenue'),
      },
    ]),
  )
}

function numberIn(record: Json, name: string): number {
  const value = isObject(record) ? record.get(name) : undefined
  return isNumber(value) ? numberOf(value) : 0
}
