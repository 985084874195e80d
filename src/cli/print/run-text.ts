// Decides how the report of a run reads, whatever the command: a row for each sync, what is held, failed or rejected and what
// to type about it, and two lines that sum it up. Pure.

import type { RunReport } from '../../run/report.ts'
import { count, counted, indented, length } from '../format.ts'
import { type Paint, withCommands } from '../paint.ts'
import { table } from '../table.ts'

type SyncLine = RunReport['syncs'][number]

export function runText(report: RunReport, paint: Paint): string {
  const { syncs } = report
  const parts = [
    syncs.length === 0 ? '' : runTable(syncs, paint),
    ...syncs.filter((sync) => sync.heldBy.length > 0).map((sync) => heldText(sync, paint)),
    ...syncs.filter((sync) => sync.error !== null).map((sync) => failedText(sync, paint)),
    standingText(syncs, paint),
    summary(report, paint),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

/** Nobody misses these where they hold nothing, and the table is narrower. */
const SELDOM = [
  { head: 'unchanged', of: (sync: SyncLine) => sync.unchanged },
  { head: 'sent', of: (sync: SyncLine) => sync.sent },
  { head: 'rejected', of: (sync: SyncLine) => sync.rejected },
]

function runTable(syncs: readonly SyncLine[], paint: Paint): string {
  const seldom = SELDOM.filter(({ of }) => syncs.some((sync) => of(sync) > 0))
  const columns = [
    { head: 'sync' },
    { head: 'kind' },
    { head: 'status' },
    { head: 'rows', right: true },
    { head: '+ added', right: true },
    { head: '~ changed', right: true },
    { head: '- removed', right: true },
    ...seldom.map(({ head }) => ({ head, right: true })),
  ]
  return table(
    columns,
    syncs.map((sync) => [
      paint.strong(sync.name),
      sync.kind,
      statusText(sync.status, paint),
      count(sync.rows),
      count(sync.added),
      count(sync.changed),
      count(sync.removed),
      ...seldom.map(({ of }) => count(of(sync))),
    ]),
    paint,
  )
}

export function statusText(status: string, paint: Paint): string {
  if (status === 'succeeded') return paint.good(status)
  return status === 'failed' || status === 'held' ? paint.bad(status) : paint.warn(status)
}

function heldText(sync: SyncLine, paint: Paint): string {
  return [
    `${paint.bad('held')} ${paint.strong(sync.name)}: nothing of it was sent`,
    ...sync.heldBy.map((reason) => indented(reason)),
    sync.plan === null
      ? indented('Make the query read less, or raise warehouse.max_bytes_billed.')
      : indented(`If it is meant, send exactly this: ${paint.command(`apply ${sync.plan}`)}`),
  ].join('\n')
}

function failedText(sync: SyncLine, paint: Paint): string {
  const what = `${paint.bad('failed')} ${paint.strong(sync.name)}: ${sync.error}`
  return sync.hint === null ? what : `${what}\n${indented(withCommands(sync.hint, paint))}`
}

/** What is left over, and how to see it. */
function standingText(syncs: readonly SyncLine[], paint: Paint): string {
  const rejected = syncs.filter((sync) => sync.rejected > 0)
  const people = sum(rejected, (sync) => sync.rejected)
  const unknown = sum(syncs, (sync) => sync.unknown)
  const [only] = rejected
  const command = rejected.length === 1 ? `rejections --sync ${only?.name}` : 'rejections'
  return [
    ...(people === 0 ? [] : [`${counted(people, 'row')} rejected; see why: ${paint.command(command)}`]),
    ...(unknown === 0
      ? []
      : [`${counted(unknown, 'row')} in doubt: Braze's answer never came; the next run sends them again`]),
  ].join('\n')
}

function summary(report: RunReport, paint: Paint): string {
  const { syncs } = report
  // What was planned may have been refused, or not have been sent yet.
  const accepted = (of: keyof SyncLine['accepted']) => sum(syncs, (sync) => sync.accepted[of])
  const numbers = [
    `${count(accepted('added'))} added`,
    `${count(accepted('changed'))} changed`,
    `${count(accepted('removed'))} removed`,
  ]
  const again = accepted('repaired')
  if (again > 0) numbers.push(`${count(again)} sent again`)
  const cost = `${counted(report.requests, 'request')}, ${counted(report.dataPoints, 'data point')}, ${length(report.seconds)}`
  return [
    `${statusText(headline(report), paint)}: ${numbers.join(', ')} ${paint.faint(`(${report.run})`)}`,
    `${cost}${restText(syncs)}`,
  ].join('\n')
}

/** A run of which Braze took nothing has not succeeded in the eyes of whoever reads the line. */
function headline({ status, syncs }: RunReport): string {
  const wanted = sum(syncs, (sync) => sync.added + sync.changed + sync.removed)
  const isRefused = wanted > 0 && sum(syncs, (sync) => sync.sent) === 0
  return status === 'succeeded' && isRefused && syncs.some((sync) => sync.status === 'rejected')
    ? 'rejected'
    : status
}

function restText(syncs: readonly SyncLine[]): string {
  const cut = syncs.filter((sync) => sync.status === 'partial')
  if (cut.length === 0) return ''
  const rows = sum(cut, (sync) => sync.added + sync.changed + sync.removed)
  const sent = count(sum(cut, (sync) => sync.sent))
  const share = rows === 0 ? sent : `${sent} of ${counted(rows, 'row')}`
  return `; cut short: ${share} sent, the next run does the rest`
}

const sum = (syncs: readonly SyncLine[], of: (sync: SyncLine) => number): number =>
  syncs.reduce((total, sync) => total + of(sync), 0)
