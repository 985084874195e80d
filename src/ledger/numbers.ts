// Decides the numbers of a delta: what people read in a plan, what guards judge, what a run reports. Pure text and parsing.

import type { Dialect, Row } from '../warehouse/port.ts'
import { isSilent } from './said.ts'
import type { Slot } from './slots.ts'
import { asNumber } from './sql.ts'

export interface DeltaNumbers {
  readonly added: number
  readonly changed: number
  readonly removed: number
  /** People sent again because we do not know what Braze holds, or because it was asked for. */
  readonly repaired: number
  /** People from whom something is taken back because the definition changed. */
  readonly migrated: number
  /** People with something to send. */
  readonly objects: number
  /** Rows with nothing to send, that are settled all the same. */
  readonly silent: number
  readonly dataPoints: number
  /** At most so many profiles are created. */
  readonly newProfiles: number
  /** Values of people who stay that become null, or are taken back: attribute -> people. */
  readonly lost: Readonly<Record<string, number>>
}

/** One row over the delta table, or over a part of it (`where`). */
export function countDelta(dialect: Dialect, delta: string, slots: readonly Slot[], where = ''): string {
  const silent = isSilent(slots)
  const columns = [
    `${dialect.countIf("op = 'add'")} as added`,
    `${dialect.countIf("op = 'change'")} as changed`,
    `${dialect.countIf("op = 'remove'")} as removed`,
    `${dialect.countIf("op = 'repair'")} as repaired`,
    `${dialect.countIf('moved')} as migrated`,
    `${dialect.countIf(`not (${silent})`)} as objects`,
    `${dialect.countIf(silent)} as silent`,
    'coalesce(sum(points), 0) as data_points',
    `${dialect.countIf("sets and op <> 'change'")} as new_profiles`,
    ...slots.map((_, i) => `${dialect.countIf(`lost like '%[${i}]%'`)} as lost_${i}`),
  ]
  return `select ${columns.join(', ')} from ${delta} as d${where === '' ? '' : ` where ${where}`}`
}

export function readNumbers(row: Row | undefined, slots: readonly Slot[]): DeltaNumbers {
  // Not gathered in an object, which has a `constructor` before anything is in it.
  const lost = new Map<string, number>()
  slots.forEach((slot, i) => {
    const count = asNumber(row?.[`lost_${i}`])
    if (count > 0) lost.set(slot.attribute, (lost.get(slot.attribute) ?? 0) + count)
  })
  return {
    added: asNumber(row?.added),
    changed: asNumber(row?.changed),
    removed: asNumber(row?.removed),
    repaired: asNumber(row?.repaired),
    migrated: asNumber(row?.migrated),
    objects: asNumber(row?.objects),
    silent: asNumber(row?.silent),
    dataPoints: asNumber(row?.data_points),
    newProfiles: asNumber(row?.new_profiles),
    lost: Object.fromEntries(lost),
  }
}

/** One row: people, how many distinct people the deltas of several syncs have something to send to. */
export function countPeople(
  parts: readonly { readonly identity: string; readonly delta: string; readonly slots: readonly Slot[] }[],
): string {
  const rows = parts.map(
    (part) =>
      `select '${part.identity}' as identity, k from ${part.delta} as d where not (${isSilent(part.slots, 'd')})`,
  )
  return `select count(*) as people from (select identity, k from (${rows.join(' union all ')}) as u group by identity, k) as p`
}
