// Decides what an export shows of a profile, field by field.

import { isNumber, isObject, type Json, numberOf, type Renderable } from './json-value.ts'
import type { Profile, Tally } from './profile.ts'
import { timeOf } from './time-text.ts'

export interface ShownAs {
  /** Attributes forced to be strings: what looks like a time is none. */
  readonly forcedStrings: ReadonlySet<string>
  readonly now: number
}

/** Events and purchases are shown for this long (Braze docs, "Export user profile by identifier"). */
const VISIBLE_DAYS = 90

const FIELDS = [
  'country',
  'dob',
  'email',
  'email_subscribe',
  'first_name',
  'gender',
  'home_city',
  'language',
  'last_name',
  'phone',
  'push_subscribe',
  'push_tokens',
  'time_zone',
]
const ALWAYS_EMPTY = [
  'apps',
  'attributed_ad',
  'attributed_adgroup',
  'attributed_campaign',
  'attributed_source',
  'campaigns_received',
  'canvases_received',
  'cards_clicked',
  'devices',
  'random_bucket',
  'uninstalled_at',
]

export function isExportable(name: string): boolean {
  return EXPORTABLE.has(name)
}

/** As little as possible: what is null, false or empty is left out. */
export function exportedFields(
  profile: Profile,
  asked: ReadonlySet<string> | undefined,
  rules: ShownAs,
): Renderable {
  const shown: Record<string, Renderable> = {}
  for (const [name, read] of EXPORTABLE) {
    if (asked !== undefined && !asked.has(name)) continue
    const value = read(profile, rules)
    if (value !== undefined && value !== null) shown[name] = value
  }
  return shown
}

type Reader = (profile: Profile, rules: ShownAs) => Renderable

const field =
  (name: string): Reader =>
  (profile) =>
    profile.fields.get(name)
const never: Reader = () => undefined

/** Every name that `fields_to_export` may hold (Braze docs, "Export user profile by identifier"). */
const EXPORTABLE: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['external_id', (profile) => profile.externalId],
  ['braze_id', (profile) => profile.brazeId],
  ['user_aliases', aliases],
  ['custom_attributes', customAttributes],
  ['custom_events', (profile, rules) => tallies(profile.events, rules.now)],
  ['purchases', (profile, rules) => tallies(profile.purchases, rules.now)],
  ['total_revenue', revenue],
  ['created_at', (profile) => iso(profile.createdAt)],
  ['last_coordinates', coordinates],
  ...FIELDS.map((name) => [name, field(name)] as const),
  ...ALWAYS_EMPTY.map((name) => [name, never] as const),
])

function aliases(profile: Profile): Renderable {
  if (profile.aliases.size === 0) return undefined
  return [...profile.aliases].map(([label, name]) => ({ alias_name: name, alias_label: label }))
}

/** Times come back in one form, whatever form they were sent in (our choice: Braze does not say which). */
function customAttributes(profile: Profile, rules: ShownAs): Renderable {
  if (profile.attributes.size === 0) return undefined
  const shown = new Map<string, Json>()
  for (const [name, value] of profile.attributes) {
    const time = typeof value === 'string' && !rules.forcedStrings.has(name) ? timeOf(value) : undefined
    shown.set(name, time === undefined ? value : iso(time))
  }
  return shown
}

function tallies(counted: ReadonlyMap<string, Tally>, now: number): Renderable {
  const visible = [...counted].filter(([, tally]) => tally.last >= now - VISIBLE_DAYS * 86_400_000)
  if (visible.length === 0) return undefined
  return visible.map(([name, { count, first, last }]) => ({
    name,
    first: iso(first),
    last: iso(last),
    count,
  }))
}

function revenue(profile: Profile): Renderable {
  const sum = [...profile.purchases.values()].reduce((total, tally) => total + tally.revenue, 0)
  return sum === 0 ? undefined : sum
}

function coordinates(profile: Profile): Renderable {
  const location = profile.fields.get('current_location')
  if (!isObject(location)) return undefined
  const pair = [location.get('longitude'), location.get('latitude')]
  return pair.every(isNumber) ? pair.map((value) => numberOf(value)) : undefined
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
