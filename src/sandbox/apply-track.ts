// Decides what the accepted objects of one request do, in Braze's order: attributes, then events, then purchases.

import { applyAttributes, profileFor, type Workbench } from './apply-attributes.ts'
import { isNumber, isObject, type JsonObject, numberOf } from './json-value.ts'
import { type Tally, withEntry } from './profile.ts'
import { eventTimeOf } from './time-text.ts'
import { type Accepted, ARRAYS } from './track.ts'

/** Distinct properties of an event that are kept (Braze docs, "Custom event properties"). */
const MAX_PROPERTIES = 256

export function applyTrack(bench: Workbench, accepted: readonly Accepted[], now: number): void {
  for (const array of ARRAYS) {
    for (const entry of accepted) {
      if (entry.array !== array) continue
      if (array === 'attributes') applyAttributes(bench, entry.object, entry.who, now)
      else if (array === 'events') applyEvent(bench, entry, now)
      else applyPurchase(bench, entry, now)
    }
  }
}

function applyEvent(bench: Workbench, { object, who }: Accepted, now: number): void {
  const name = String(object.get('name'))
  if (bench.blockedEvents.has(name)) {
    bench.meter.drop('blocked')
    return
  }
  const profile = profileFor(bench, object, who, now)
  if (profile === undefined) return
  const properties = object.get('properties')
  if (isObject(properties) && properties.size > MAX_PROPERTIES) bench.meter.drop('too_many_properties')
  const tally = counted(profile.events.get(name), { count: 1, at: timeIn(object, now), revenue: 0 })
  profile.events = withEntry(profile.events, name, tally)
  bench.meter.add('dataPoints')
  bench.store.touch(profile, now)
}

/** A quantity is stored as that many purchases. */
function applyPurchase(bench: Workbench, { object, who }: Accepted, now: number): void {
  const profile = profileFor(bench, object, who, now)
  if (profile === undefined) return
  const product = String(object.get('product_id'))
  const price = object.get('price')
  const quantity = object.get('quantity')
  const count = isNumber(quantity) ? numberOf(quantity) : 1
  const revenue = isNumber(price) ? numberOf(price) * count : 0
  const happened = { count, at: timeIn(object, now), revenue }
  const tally = counted(profile.purchases.get(product), happened)
  profile.purchases = withEntry(profile.purchases, product, tally)
  bench.meter.add('dataPoints', count)
  bench.store.touch(profile, now)
}

function counted(before: Tally | undefined, happened: { count: number; at: number; revenue: number }): Tally {
  return {
    count: (before?.count ?? 0) + happened.count,
    first: Math.min(before?.first ?? happened.at, happened.at),
    last: Math.max(before?.last ?? happened.at, happened.at),
    revenue: (before?.revenue ?? 0) + happened.revenue,
  }
}

/** A time in the future is replaced by now. */
function timeIn(object: JsonObject, now: number): number {
  const time = object.get('time')
  const at = typeof time === 'string' ? eventTimeOf(time) : undefined
  return Math.min(at ?? now, now)
}
