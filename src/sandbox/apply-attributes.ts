// Decides what an accepted object of `attributes` does to a profile, and what that costs.

import { MAX_NAME_CHARACTERS, STANDARD_FIELDS } from '../model/limits.ts'
import { writeCustom } from './custom-value.ts'
import { type AttributeType, typeOf } from './forced-type.ts'
import { isAliasText, type Who } from './identity.ts'
import { isArray, isObject, type Json, type JsonObject } from './json-value.ts'
import type { Meter } from './meter.ts'
import { type ForcedTypes, type Profile, withEntry } from './profile.ts'
import type { ProfileStore } from './profile-store.ts'
import { writeStandardField } from './standard-field.ts'
import { drop, longerThan, type Write } from './write.ts'

export interface Workbench {
  readonly store: ProfileStore
  readonly meter: Meter
  readonly arrayMax: number
  readonly forced: ForcedTypes
  readonly blockedAttributes: ReadonlySet<string>
  readonly blockedEvents: ReadonlySet<string>
  /** Every custom attribute that was ever set, with the type it had first. */
  readonly known: Map<string, AttributeType>
}

/** Names that say who and how, not what. */
const CONTROL: ReadonlySet<string> = new Set([
  'external_id',
  'braze_id',
  'user_alias',
  'alias_name',
  'alias_label',
  'push_token_import',
  '_update_existing_only',
  '_merge_objects',
])

/** Fields that name the person where nothing better does: they are there already. */
const NAMING_FIELDS: ReadonlySet<string> = new Set(['email', 'phone'])

export function applyAttributes(bench: Workbench, object: JsonObject, who: Who, now: number): void {
  const profile = profileFor(bench, object, who, now)
  if (profile === undefined) return
  attachAlias(bench, profile, object)
  const merge = object.get('_merge_objects') === true
  for (const [name, value] of object) {
    if (CONTROL.has(name) || (name === who.by && NAMING_FIELDS.has(name))) continue
    if (name === 'subscription_groups') setGroups(profile, value)
    else if (STANDARD_FIELDS.has(name)) setField(bench, profile, name, value)
    else setAttribute(bench, profile, { name, value, merge })
  }
  bench.store.touch(profile, now)
}

/**
 * The profile that an object is about, created where Braze would create it. Aliases are update-only unless told
 * otherwise; a braze_id never creates.
 */
export function profileFor(bench: Workbench, object: JsonObject, who: Who, now: number): Profile | undefined {
  const found = bench.store.find(who)
  if (found !== undefined) return found
  const updateOnly = object.get('_update_existing_only') ?? who.by === 'alias'
  if (updateOnly === true || who.by === 'braze_id') {
    bench.meter.add('updateOnlyMisses')
    return undefined
  }
  bench.meter.add('profilesCreated')
  return bench.store.create(who, now)
}

function attachAlias(bench: Workbench, profile: Profile, object: JsonObject): void {
  const name = object.get('alias_name')
  const label = object.get('alias_label')
  if (!isAliasText(name) || !isAliasText(label)) return
  if (!bench.store.attachAlias(profile, name, label)) bench.meter.drop('alias_taken')
}

function setGroups(profile: Profile, value: Json): void {
  if (!isArray(value)) return
  for (const group of value) {
    if (!isObject(group)) continue
    const id = String(group.get('subscription_group_id'))
    const state = String(group.get('subscription_state'))
    profile.subscriptionGroups = withEntry(profile.subscriptionGroups, id, state)
  }
}

function setField(bench: Workbench, profile: Profile, name: string, value: Json): void {
  const write = writeStandardField(name, value)
  account(bench.meter, write)
  if (write.kind === 'set') bench.store.setField(profile, name, write.value)
  if (write.kind === 'unset') bench.store.setField(profile, name, undefined)
}

interface Sent {
  readonly name: string
  readonly value: Json
  readonly merge: boolean
}

function setAttribute(bench: Workbench, profile: Profile, { name, value, merge }: Sent): void {
  const write = attributeWrite(bench, profile.attributes.get(name), { name, value, merge })
  account(bench.meter, write)
  if (write.kind === 'unset') profile.attributes.delete(name)
  if (write.kind !== 'set') return
  profile.attributes.set(name, write.value)
  if (!bench.known.has(name)) bench.known.set(name, typeOf(write.value, bench.forced.get(name)))
}

function attributeWrite(bench: Workbench, current: Json | undefined, { name, value, merge }: Sent): Write {
  if (bench.blockedAttributes.has(name)) return drop('blocked')
  if (longerThan(name, MAX_NAME_CHARACTERS)) return drop('name_too_long')
  return writeCustom(current, value, { arrayMax: bench.arrayMax, merge, forced: bench.forced.get(name) })
}

function account(meter: Meter, write: Write): void {
  if (write.kind === 'drop') {
    meter.drop(write.reason)
    return
  }
  meter.add('dataPoints', write.dataPoints)
  if (write.kind !== 'keep' && write.lost !== undefined) meter.drop(write.lost)
}
