// Decides what stands against each sync and against the run as a whole, by what the ledger says of the last runs. Pure.

import type { RecentRun } from '../ledger/alerts.ts'
import type { AlertSettings } from '../model/alert-settings.ts'
import type { Limit, Schedule } from '../model/definition.ts'
import type { Alert } from './alert.ts'
import { unusualSize } from './size-anomaly.ts'

export interface Facts {
  readonly syncs: readonly { readonly name: string; readonly schedule: Schedule }[]
  /** Of each sync, newest first. */
  readonly recent: ReadonlyMap<string, readonly RecentRun[]>
  /** End of the last run that sent all it could. */
  readonly succeeded: ReadonlyMap<string, string>
  /** Of the last run as a whole. */
  readonly failure: { readonly error: string; readonly endedAt: string } | undefined
  readonly isPaused: (sync: string) => boolean
  /** The moment of the slot that was the `count`-th latest. */
  readonly slotBefore: (schedule: Schedule, count: number) => Date | null
}

/** How a run ends that was told to stop: nothing is wrong, the next one does the rest. */
const STOPPED = /^stopped by SIG/

export function standingAlerts(facts: Facts, settings: AlertSettings): Alert[] {
  const { failure } = facts
  const whole: Alert[] =
    failure === undefined || STOPPED.test(failure.error)
      ? []
      : [{ sync: '', cause: 'failed', since: failure.endedAt, text: failure.error }]
  return [...whole, ...facts.syncs.flatMap((sync) => alertsOf(sync, facts, settings))]
}

/** Syncs of which the last run says nothing new: what stood against them stands. */
export const untold = (facts: Facts): ReadonlySet<string> =>
  new Set([...facts.recent].flatMap(([sync, [last]]) => (last !== undefined && isSilent(last) ? [sync] : [])))

const isSilent = ({ status, error }: RecentRun): boolean =>
  status === 'skipped' || (status === 'failed' && STOPPED.test(error ?? ''))

function alertsOf(sync: Facts['syncs'][number], facts: Facts, settings: AlertSettings): Alert[] {
  const [last] = facts.recent.get(sync.name) ?? []
  if (last?.status === 'failed' && !isSilent(last)) {
    // One outage is one alert, not one for each sync.
    if (facts.failure !== undefined && last.error === facts.failure.error) return []
    const text = last.error ?? 'it failed'
    return [{ sync: sync.name, cause: 'failed', since: last.endedAt, text }]
  }
  if (last?.status === 'held') return [heldAlert(last)]
  // What is held or failing is late and unusual as well: one of them says it.
  return [rejected, unusual, late].flatMap((rule) => rule(sync, facts, settings))
}

function heldAlert(last: RecentRun): Alert {
  const since = last.heldSince ?? last.endedAt
  const hint = last.plan === undefined ? {} : { hint: `If it is meant: brazier apply ${last.plan}` }
  return { sync: last.sync, cause: 'held', since, text: last.heldBy.join('; '), ...hint }
}

type Rule = (sync: Facts['syncs'][number], facts: Facts, settings: AlertSettings) => Alert[]

const rejected: Rule = ({ name }, { recent }, { rejectedAbove }) => {
  const run = recent.get(name)?.[0]
  if (run === undefined || !exceeds(rejectedAbove, run.rejected, run.rows ?? 0)) return []
  const text = `${count(run.rejected)} of ${count(run.rows ?? 0)} people were refused, wholly or in part`
  const hint = `Why: brazier rejections --sync ${name}`
  return [{ sync: name, cause: 'rejected', since: run.endedAt, text, hint }]
}

const exceeds = (limit: Limit, people: number, of: number): boolean =>
  people > 0 && people > (limit.unit === 'people' ? limit.count : limit.share * of)

const unusual: Rule = ({ name }, { recent }, { sizeDeviation }) => {
  const [run, ...before] = recent.get(name) ?? []
  if (run === undefined || run.rows === null) return []
  const sizes = before.filter(isSuccess).flatMap(({ rows }) => (rows === null ? [] : [rows]))
  const found = unusualSize(run.rows, sizes, sizeDeviation)
  if (found === undefined) return []
  const text = `the query returned ${count(run.rows)} rows, usually ${count(found.usual)} or so`
  return [{ sync: name, cause: 'size', since: run.endedAt, text }]
}

const isSuccess = ({ status }: RecentRun): boolean => status === 'succeeded' || status === 'rejected'

const late: Rule = ({ name, schedule }, facts, { lateAfter }) => {
  // A sync that never succeeded is late by its first try; of one that was never tried nothing is known.
  const success = facts.succeeded.get(name)
  const since = success ?? facts.recent.get(name)?.at(-1)?.endedAt
  const slot = facts.slotBefore(schedule, lateAfter)
  if (since === undefined || slot === null || facts.isPaused(name)) return []
  if (new Date(since) >= slot) return []
  const what = success === undefined ? 'it has never succeeded' : `its last success was at ${success}`
  return [{ sync: name, cause: 'late', since, text: `${what}; it is to run ${schedule.text}` }]
}

const count = (value: number): string => value.toLocaleString('en-US')
