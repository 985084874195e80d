// Decides how the findings of `check` read. Pure.

import type { CheckedSync, CheckReport } from '../../run/check-syncs.ts'
import { costOf, counted } from '../format.ts'
import type { Paint } from '../paint.ts'
import { table } from '../table.ts'
import { failedLines, hintOf } from './failed-syncs.ts'
import { orphanText } from './orphan.ts'

export function checkText(report: CheckReport, paint: Paint): string {
  const { syncs } = report
  const failed = syncs.flatMap(({ sync, error }) => (error === undefined ? [] : [{ name: sync.name, error }]))
  const warnings = [
    ...syncs.flatMap(({ sync, warnings: own }) => own.map((text) => `${paint.strong(sync.name)}: ${text}`)),
    ...report.warnings,
  ].map((text) => `${paint.warn('warning')} ${text}`)
  const orphans = report.orphans.map((orphan) => orphanText(orphan, paint))
  const refusals = (report.refusals ?? []).map((text) => `${paint.bad('refused')} ${text}`)
  const parts = [
    syncs.length === 0 ? '' : checkTable(syncs, paint),
    refusals.join('\n'),
    [...warnings, ...orphans].join('\n'),
    failedLines(failed, paint),
    summary(report, failed.length, paint),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

/** Something that a run would not get past. */
export const isRefused = ({ syncs, refusals }: CheckReport): boolean =>
  syncs.some(({ error }) => error !== undefined) || (refusals?.length ?? 0) > 0

function summary(report: CheckReport, failed: number, paint: Paint): string {
  const total = report.syncs.length
  if (total === 0) return 'The project has no syncs yet. Put a SELECT into sql/audiences or sql/properties.'
  const good = counted(total - failed, 'sync')
  if (!isRefused(report)) return `${paint.good('ok:')} ${good} checked; no rows read, nothing sent`
  const what = failed === 0 ? 'the ledger cannot be kept' : `${counted(failed, 'sync')} of ${total}`
  return `${paint.bad('failed:')} ${what}; no rows read, nothing sent`
}

/** A line for each sync, and under it one for each attribute that it writes. */
function checkTable(syncs: readonly CheckedSync[], paint: Paint): string {
  const isBilled = syncs.some(({ cost }) => cost !== undefined)
  const rows = syncs.flatMap(({ sync, shape, cost, error }) => {
    const verdict = error === undefined ? paint.good('ok') : paint.bad('failed')
    const { text: schedule } = sync.schedule
    const head = [paint.strong(sync.name), sync.kind, '', shape?.identity ?? '', schedule, verdict]
    const writes = (shape?.writes ?? []).map(({ attribute, element, valueKind, onLeave }) =>
      element === undefined
        ? [`  ${attribute}`, valueKind, onLeave]
        : [`  ${attribute}: ${element}`, 'list element', onLeave],
    )
    return [[...head, ...(isBilled ? costOf(cost) : [])], ...writes]
  })
  const heads = ['sync, attribute', 'kind, type', 'on leave', 'person', 'schedule', 'verdict']
  const numbers = isBilled ? ['reads', 'price'] : []
  return table(
    [...heads.map((head) => ({ head })), ...numbers.map((head) => ({ head, right: true }))],
    rows,
    paint,
  )
}

export const checkJson = (report: CheckReport): unknown => ({
  status: isRefused(report) ? 'failed' : 'succeeded',
  syncs: report.syncs.map(({ sync, shape, cost, warnings, error }) => ({
    name: sync.name,
    kind: sync.kind,
    file: sync.file,
    schedule: sync.schedule.text,
    identity: shape?.identity ?? null,
    writes: (shape?.writes ?? []).map((write) => ({
      attribute: write.attribute,
      element: write.element ?? null,
      type: write.valueKind,
      column: write.source?.column ?? null,
      on_leave: write.onLeave,
      nulls: write.nulls,
    })),
    bytes: cost?.bytes ?? null,
    price: cost?.price ?? null,
    warnings,
    error: error?.message ?? null,
    hint: error === undefined ? null : (hintOf(error) ?? null),
  })),
  orphans: report.orphans,
  warnings: report.warnings,
  refusals: report.refusals ?? [],
})
