// Decides what is news: what stands and was not told yet, what was told and is over, and when it is time for a reminder.
// Pure. One message for each change of state, one a day while it lasts.

import type { ToldAlert } from '../ledger/alerts.ts'
import { type Alert, CAUSES, type Recovery } from './alert.ts'

export interface NewsInput {
  readonly standing: readonly Alert[]
  /** Through this channel. */
  readonly told: readonly ToldAlert[]
  /** Of these the last run says nothing: what was told of them stands. */
  readonly untold: ReadonlySet<string>
  /** Living syncs; what was told of others is forgotten. */
  readonly living: ReadonlySet<string>
  readonly now: Date
  readonly digestSeconds: number
}

export interface News {
  readonly begun: readonly Alert[]
  readonly recovered: readonly Recovery[]
  /** All that was told before and stands, when it is time to say so again. */
  readonly lasting: readonly Alert[]
  /** What was told and is over, whether that is news or not. */
  readonly over: readonly ToldAlert[]
}

export function newsOf(input: NewsInput): News {
  const { standing, told, now } = input
  const before = new Map(told.map((alert) => [keyOf(alert), alert]))
  const stands = new Set(standing.map(keyOf))
  const over = told.filter((alert) => !stands.has(keyOf(alert)) && !input.untold.has(alert.sync))
  const known = standing.flatMap((alert) => {
    const since = before.get(keyOf(alert))?.since
    return since === undefined ? [] : [{ ...alert, since }]
  })
  const isTime = known.some((alert) => {
    const at = before.get(keyOf(alert))?.toldAt ?? ''
    return now.getTime() - new Date(at).getTime() >= input.digestSeconds * 1000
  })
  return {
    begun: standing.filter((alert) => !before.has(keyOf(alert))),
    recovered: recoveries(over, input),
    lasting: isTime ? known : [],
    over,
  }
}

/** Well again is a sync against which nothing stands any more; of one that is gone there is nothing to say. */
function recoveries(over: readonly ToldAlert[], { standing, living }: NewsInput): Recovery[] {
  const ill = new Set(standing.map((alert) => alert.sync))
  const well = over.filter(({ sync }) => !ill.has(sync) && (sync === '' || living.has(sync)))
  return [...Map.groupBy(well, (alert) => alert.sync)].map(([sync, alerts]) => ({
    sync,
    causes: CAUSES.filter((cause) => alerts.some((alert) => alert.cause === cause)),
    since: alerts.map((alert) => alert.since).toSorted()[0] ?? '',
  }))
}

const keyOf = ({ sync, cause }: { readonly sync: string; readonly cause: string }): string =>
  `${cause} ${sync}`

export const isWorthTelling = ({ begun, recovered, lasting }: News): boolean =>
  begun.length + recovered.length + lasting.length > 0
