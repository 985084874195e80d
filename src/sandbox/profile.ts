// Decides what the sandbox knows of one person, and how it shows that to a tester.

import { type AttributeType, type ForcedType, typeOf } from './forced-type.ts'
import { type Json, type Plain, type Renderable, renderJson, toPlain } from './json-value.ts'

export interface Profile {
  readonly brazeId: string
  readonly externalId: string | undefined
  readonly attributes: Map<string, Json>
  // The maps below are replaced, never changed in place: most profiles share the one empty map.
  /** Standard fields, such as email and first_name. */
  fields: ReadonlyMap<string, Json>
  /** Names by label. */
  aliases: ReadonlyMap<string, string>
  /** States by the group's id. */
  subscriptionGroups: ReadonlyMap<string, string>
  events: ReadonlyMap<string, Tally>
  purchases: ReadonlyMap<string, Tally>
  readonly createdAt: number
  updatedAt: number
  /** Grows with every update of any profile: who was updated last, whatever the clock says. */
  updateOrder: number
}

/** How often something happened, and when first and last (milliseconds). */
export interface Tally {
  readonly count: number
  readonly first: number
  readonly last: number
  /** Price times quantity, for purchases. */
  readonly revenue: number
}

/** A profile as tests read it. Attributes are plain values; `rawAttributes` has the JSON text, every digit kept. */
export interface SandboxProfile {
  readonly brazeId: string
  readonly externalId: string | undefined
  readonly aliases: readonly { readonly name: string; readonly label: string }[]
  readonly fields: Readonly<Record<string, Plain>>
  readonly attributes: Readonly<Record<string, Plain>>
  readonly rawAttributes: Readonly<Record<string, string>>
  readonly types: Readonly<Record<string, AttributeType>>
  readonly subscriptionGroups: Readonly<Record<string, string>>
  readonly events: Readonly<Record<string, Tally>>
  readonly purchases: Readonly<Record<string, Tally>>
  readonly createdAt: number
  readonly updatedAt: number
}

export type ForcedTypes = ReadonlyMap<string, ForcedType>

const EMPTY: ReadonlyMap<string, never> = new Map<string, never>()

/** The map with one entry more, or changed. */
export function withEntry<T>(map: ReadonlyMap<string, T>, name: string, value: T): ReadonlyMap<string, T> {
  return new Map(map).set(name, value)
}

export function newProfile(brazeId: string, externalId: string | undefined, now: number): Profile {
  return {
    brazeId,
    externalId,
    attributes: new Map(),
    fields: EMPTY,
    aliases: EMPTY,
    subscriptionGroups: EMPTY,
    events: EMPTY,
    purchases: EMPTY,
    createdAt: now,
    updatedAt: now,
    updateOrder: 0,
  }
}

export function viewProfile(profile: Profile, forced: ForcedTypes): SandboxProfile {
  return {
    brazeId: profile.brazeId,
    externalId: profile.externalId,
    aliases: [...profile.aliases].map(([label, name]) => ({ name, label })),
    fields: mapped(profile.fields, toPlain),
    attributes: mapped(profile.attributes, toPlain),
    rawAttributes: mapped(profile.attributes, renderJson),
    types: mapped(profile.attributes, (value, name) => typeOf(value, forced.get(name))),
    subscriptionGroups: Object.fromEntries(profile.subscriptionGroups),
    events: Object.fromEntries(profile.events),
    purchases: Object.fromEntries(profile.purchases),
    createdAt: profile.createdAt,
    updatedAt: profile.updatedAt,
  }
}

/** The same as JSON, in Braze's names: what /__sandbox/ answers and the state file holds. */
export function profileRecord(profile: Profile, forced: ForcedTypes): Renderable {
  return {
    braze_id: profile.brazeId,
    external_id: profile.externalId,
    user_aliases: [...profile.aliases].map(([label, name]) => ({ alias_name: name, alias_label: label })),
    fields: profile.fields,
    custom_attributes: profile.attributes,
    types: mapped(profile.attributes, (value, name) => typeOf(value, forced.get(name))),
    subscription_groups: profile.subscriptionGroups,
    custom_events: mapped(profile.events, (tally) => ({ ...tally })),
    purchases: mapped(profile.purchases, (tally) => ({ ...tally })),
    created_at: profile.createdAt,
    updated_at: profile.updatedAt,
  }
}

function mapped<T, U>(
  values: ReadonlyMap<string, T>,
  change: (value: T, name: string) => U,
): Record<string, U> {
  return Object.fromEntries([...values].map(([name, value]) => [name, change(value, name)]))
}
