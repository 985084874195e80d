// Decides whether a sync's delta may be sent: counts against limits. Pure. A guard blocks; nothing here only warns.

import type { PlannedNumbers } from '../ledger/plans.ts'
import { dataAmount } from '../model/data-amount.ts'
import type { Guards, Limit } from '../model/definition.ts'
import type { QueryCost } from '../warehouse/port.ts'

/** Accepted removes of the last 24 hours, and the size before them. */
export interface RecentRemoves {
  readonly leavers: number
  readonly byAttribute: Readonly<Record<string, number>>
  /** People in the snapshot 24 hours ago; undefined when the sync is younger or nothing ran since. */
  readonly sizeThen: number | undefined
}

export interface GuardInput {
  readonly guards: Guards
  readonly numbers: PlannedNumbers
  readonly recent: RecentRemoves
  readonly sourceTime: string | undefined
  readonly settledSourceTime: string | undefined
  /** Attributes that a `select *` brought in since the last settle. */
  readonly newThroughStar: readonly string[]
}

/** A share means something only of a crowd: one of three leaving is no accident. */
const CROWD = 100

/** Why the sync is held, one sentence for each guard that trips; empty when it may be sent. Each starts with its rule's name. */
export function judge(input: GuardInput): string[] {
  const { guards, numbers } = input
  return [
    ...tooFewRows(guards.minRows, numbers.rows),
    ...tooManyRemoves(input),
    ...tooManyChanges(guards.maxChanges, numbers),
    ...olderSource(input),
    ...input.newThroughStar.map((name) => `new_column: select * brings in a new column, ${name}`),
  ]
}

function tooFewRows(minRows: number, rows: number): string[] {
  if (rows >= minRows) return []
  return [`min_rows: the query returned ${people(rows, 'row', 'rows')}, at least ${count(minRows)} expected`]
}

function tooManyRemoves({ guards, numbers, recent }: GuardInput): string[] {
  const before =
    recent.sizeThen !== undefined && recent.sizeThen >= CROWD ? recent.sizeThen : numbers.sizeBefore
  const leavers = exceeds(guards.maxRemoves, { now: numbers.removed, recent: recent.leavers, of: before })
  const soFar = new Map(Object.entries(recent.byAttribute))
  const attributes = Object.entries(numbers.lost).flatMap(([attribute, lost]) => {
    const verdict = exceeds(guards.maxRemoves, {
      now: lost,
      recent: soFar.get(attribute) ?? 0,
      of: before,
    })
    return verdict === undefined ? [] : [`max_removes: ${attribute} would be taken back from ${verdict}`]
  })
  return [...(leavers === undefined ? [] : [`max_removes: ${leavers} would leave`]), ...attributes]
}

function exceeds(limit: Limit, sum: { now: number; recent: number; of: number }): string | undefined {
  if (sum.now === 0) return undefined
  const total = sum.now + sum.recent
  const soFar = sum.recent === 0 ? '' : `, ${count(sum.recent)} more within 24 hours`
  if (limit.unit === 'people')
    return total > limit.count ? `${people(sum.now)}${soFar} (limit ${count(limit.count)})` : undefined
  if (sum.of < CROWD || total <= limit.share * sum.of) return undefined
  return `${count(sum.now)} of ${count(sum.of)} people${soFar} (${percent(total / sum.of)}, limit ${percent(limit.share)})`
}

function tooManyChanges(limit: Limit | undefined, numbers: PlannedNumbers): string[] {
  if (limit === undefined) return []
  const verdict = exceeds(limit, { now: numbers.changed, recent: 0, of: numbers.sizeBefore })
  return verdict === undefined ? [] : [`max_changes: values would change for ${verdict}`]
}

function olderSource({ sourceTime, settledSourceTime }: GuardInput): string[] {
  if (sourceTime === undefined || settledSourceTime === undefined || sourceTime >= settledSourceTime)
    return []
  return [
    `source_time: the data is as of ${sourceTime}, older than what was settled last (${settledSourceTime})`,
  ]
}

/** A query that would read more than it may is not run, so there is nothing else to judge. */
export function tooManyBytes(cost: QueryCost | undefined): string[] {
  if (cost === undefined || cost.bytes <= cost.limit) return []
  return [
    `max_bytes_billed: the query would read ${dataAmount(cost.bytes)} (limit ${dataAmount(cost.limit)})`,
  ]
}

const count = (value: number): string => value.toLocaleString('en-US')
const people = (value: number, one = 'person', many = 'people'): string =>
  `${count(value)} ${value === 1 ? one : many}`
const percent = (share: number): string =>
  `${(share * 100).toLocaleString('en-US', { maximumFractionDigits: 1 })} %`

/** The rules' names, to tell whether a sync is held again for the same reason whatever the numbers. */
export function rulesOf(heldBy: readonly string[]): string {
  return heldBy
    .map((reason) => reason.split(':', 1)[0])
    .sort()
    .join(' ')
}
