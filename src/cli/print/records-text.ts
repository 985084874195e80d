// Decides how past runs and standing rejections read. Pure.

import type { PastRun, Rejection, RejectionGroup } from '../../run/records.ts'
import { count, indented, length, moment } from '../format.ts'
import type { Paint } from '../paint.ts'
import { table } from '../table.ts'
import { statusText } from './run-text.ts'

export function runsText(runs: readonly PastRun[], paint: Paint): string {
  if (runs.length === 0) return 'There has been no run yet.'
  const columns = [
    { head: 'run' },
    { head: 'command' },
    { head: 'status' },
    { head: 'started, UTC' },
    { head: 'took', right: true },
    { head: 'requests', right: true },
    { head: 'objects', right: true },
    { head: 'points', right: true },
  ]
  const rows = runs.map((run) => [
    paint.strong(run.run),
    run.command,
    statusText(run.status, paint),
    moment(run.startedAt).replace(/ UTC$/, ''),
    secondsOf(run) === null ? '' : length(secondsOf(run) ?? 0),
    count(run.requests),
    count(run.objects),
    count(run.dataPoints),
  ])
  const errors = runs.flatMap((run) => (run.error === null ? [] : [`${paint.bad(run.run)}: ${run.error}`]))
  return [table(columns, rows, paint), ...(errors.length === 0 ? [] : [errors.join('\n')])].join('\n\n')
}

function secondsOf({ startedAt, endedAt }: PastRun): number | null {
  return endedAt === null ? null : Math.max(0, (Date.parse(endedAt) - Date.parse(startedAt)) / 1000)
}

export const runsJson = (runs: readonly PastRun[]): unknown => ({
  runs: runs.map((run) => ({
    run: run.run,
    command: run.command,
    status: run.status,
    started_at: run.startedAt,
    ended_at: run.endedAt,
    seconds: secondsOf(run),
    requests: run.requests,
    objects: run.objects,
    data_points: run.dataPoints,
    error: run.error,
  })),
})

export interface RejectionsView {
  readonly groups: readonly RejectionGroup[]
  /** Present where identities may be shown. */
  readonly people: readonly Rejection[] | undefined
}

const BY_US = 'before sending'

export function rejectionsText({ groups, people }: RejectionsView, paint: Paint): string {
  if (groups.length === 0) return `${paint.good('Nothing is rejected.')}`
  const heads = [
    { head: 'sync' },
    { head: 'attribute' },
    { head: 'rows', right: true },
    { head: 'parked', right: true },
    { head: 'by' },
    { head: 'last' },
    { head: 'reason' },
  ]
  const rows = groups.map((group) => [
    paint.strong(group.sync),
    group.attribute ?? '',
    count(group.people),
    count(group.parked),
    group.source === 'braze' ? 'Braze' : BY_US,
    moment(group.lastAt),
    group.reason,
  ])
  return [table(heads, rows, paint), peopleText(people, paint)].filter((part) => part !== '').join('\n\n')
}

function peopleText(people: RejectionsView['people'], paint: Paint): string {
  if (people === undefined) return `${paint.faint('With --show-ids: the people, too.')}`
  const lines = people.map(
    ({ sync, person, attribute, reason, attempts, parked }) =>
      `${person ?? '(no key)'}  ${paint.faint(`${sync}${attribute === null ? '' : `, ${attribute}`}: ${reason}; ${attempts === 1 ? 'once' : `${count(attempts)} times`}${parked ? ', parked until it changes' : ''}`)}`,
  )
  return lines.map((line) => indented(line)).join('\n')
}

export const rejectionsJson = ({ groups, people }: RejectionsView): unknown => ({
  rejections: groups.map((group) => ({
    sync: group.sync,
    attribute: group.attribute,
    source: group.source,
    reason: group.reason,
    rows: group.people,
    parked: group.parked,
    first_at: group.firstAt,
    last_at: group.lastAt,
  })),
  ...(people === undefined
    ? {}
    : {
        people: people.map((one) => ({
          sync: one.sync,
          person: one.person,
          attribute: one.attribute,
          source: one.source,
          reason: one.reason,
          attempts: one.attempts,
          parked: one.parked,
          run: one.run,
          first_at: one.firstAt,
          last_at: one.lastAt,
        })),
      }),
})
