// Decides how a plan reads: what would be added, changed and taken back, as in Terraform, then what it costs and what to type
// next. Pure.

import { isCarried, type Slot } from '../../ledger/slots.ts'
import type { PlanReport } from '../../run/make-plan.ts'
import { costOf, count, counted, distance, indented, length } from '../format.ts'
import type { Paint } from '../paint.ts'
import { table } from '../table.ts'
import { failedLines } from './failed-syncs.ts'
import { orphanText } from './orphan.ts'

export interface PlanView {
  readonly project: string
  readonly workspace: string
  readonly endpoint: string
  readonly requestsPerSecond: number
  readonly now: Date
}

type Planned = PlanReport['syncs'][number]

export function planText(report: PlanReport, view: PlanView, paint: Paint): string {
  const { syncs } = report
  const parts = [
    `Plan for ${paint.strong(view.project)}, workspace ${view.workspace}, ${view.endpoint}`,
    syncs.length + report.unread.size === 0 ? '' : planTable(report, paint),
    [...unreadNotes(report, paint), ...syncs.flatMap((sync) => notesOf(sync, paint))].join('\n'),
    samplesText(report, paint),
    failedLines(
      [...report.failed].map(([name, error]) => ({ name, error })),
      paint,
    ),
    report.orphans.map((orphan) => orphanText(orphan, paint)).join('\n'),
    footer(report, view, paint),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

function planTable({ syncs, costs, unread }: PlanReport, paint: Paint): string {
  const isBilled = costs.size > 0
  const costCells = (name: string): string[] => (isBilled ? costOf(costs.get(name)) : [])
  const columns = [
    { head: 'sync' },
    { head: 'kind' },
    { head: 'rows', right: true },
    { head: '+ add', right: true },
    { head: '~ change', right: true },
    { head: '- remove', right: true },
    { head: 'unchanged', right: true },
    ...(isBilled
      ? [
          { head: 'reads', right: true },
          { head: 'price', right: true },
        ]
      : []),
    { head: '' },
  ]
  const held = [...unread.keys()].map((name) => [
    paint.strong(name),
    ...Array.from({ length: 6 }, () => ''),
    ...costCells(name),
    paint.bad('HELD'),
  ])
  return table(
    columns,
    syncs
      .map(({ sync, definition, numbers, heldBy }) => [
        paint.strong(sync),
        definition.kind,
        count(numbers.rows),
        tinted(numbers.added, paint.good),
        tinted(numbers.changed, paint.warn),
        tinted(numbers.removed, paint.bad),
        count(numbers.unchanged),
        ...costCells(sync),
        [
          ...(numbers.firstLoad && numbers.added > 0 ? [paint.strong('FIRST LOAD')] : []),
          ...(heldBy.length > 0 ? [paint.bad('HELD')] : []),
        ].join(' '),
      ])
      .concat(held),
    paint,
  )
}

const tinted = (value: number, tint: (text: string) => string): string =>
  value === 0 ? '0' : tint(count(value))

const unreadNotes = ({ unread }: PlanReport, paint: Paint): string[] =>
  [...unread].flatMap(([name, reasons]) =>
    reasons.map((reason) => `${paint.strong(name)}: ${paint.bad('held')} by ${reason}; its SQL did not run`),
  )

/** What the columns cannot say. */
function notesOf(sync: Planned, paint: Paint): string[] {
  const { numbers, heldBy, definition } = sync
  const lost = Object.entries(numbers.lost).map(
    ([attribute, people]) =>
      `${attribute} is taken back from ${counted(people, 'person who stays', 'people who stay')}`,
  )
  const notes = [
    ...heldBy.map((reason) => `${paint.bad('held')} by ${reason}`),
    ...(numbers.migrated > 0
      ? [
          `migrate: ${counted(numbers.migrated, 'person', 'people')} whose former attributes are taken back, since the definition changed`,
        ]
      : []),
    ...(numbers.repaired > 0
      ? [`repair: ${counted(numbers.repaired, 'person', 'people')} sent again, in doubt or asked for`]
      : []),
    ...(numbers.withheld > 0
      ? [`withheld: ${counted(numbers.withheld, 'row')} that Braze would not take, neither sent nor removed`]
      : []),
    ...lost,
    ...attributesChanged(definition.slots),
    ...attributesLeft(definition.slots),
  ]
  return notes.map((note) => `${paint.strong(sync.sync)}: ${note}`)
}

interface SlotPolicy {
  readonly attribute: string
  readonly target?: { readonly onLeave: string }
  readonly held: readonly { readonly onLeave: string }[]
}

/** A changed `on_leave` touches nobody who has left, so no number shows it. */
function attributesChanged(slots: readonly SlotPolicy[]): string[] {
  return slots.flatMap(({ attribute, target, held: [before] }) =>
    target === undefined || before === undefined || target.onLeave === before.onLeave
      ? []
      : [
          `on_leave of ${attribute} was ${before.onLeave} and is now ${target.onLeave}, for people who leave from now on`,
        ],
  )
}

/** What Braze keeps although no column writes it any more; no number shows it either. */
function attributesLeft(slots: readonly Slot[]): string[] {
  const left = slots.filter(isCarried).map(({ attribute }) => attribute)
  return left.length === 0
    ? []
    : [`no longer written, and kept in Braze until it is retired (on_leave: keep): ${left.join(', ')}`]
}

const SIGNS: Readonly<Record<string, string>> = { add: '+', change: '~', remove: '-' }

function samplesText({ samples }: PlanReport, paint: Paint): string {
  const tints: Readonly<Record<string, (text: string) => string>> = {
    add: paint.good,
    change: paint.warn,
    remove: paint.bad,
  }
  const blocks = [...samples].flatMap(([name, changes]) => {
    if (changes.length === 0) return []
    const lines = changes.map(({ op, person, members }) => {
      const sign = (tints[op] ?? String)(SIGNS[op] ?? '?')
      return indented(`${sign} ${person}${members === '' ? '' : `  ${paint.faint(members)}`}`)
    })
    return [[`For example, ${paint.strong(name)}:`, ...lines].join('\n')]
  })
  return blocks.join('\n')
}

const isNothingHeld = ({ syncs, unread }: PlanReport): boolean =>
  unread.size === 0 && syncs.every((sync) => sync.heldBy.length === 0)

const NOTHING_PLANNED = 'Nothing was planned, and nothing was sent.'

/** An orphan is nothing that a sync would touch, yet Braze holds what no file asks for. */
function quietText({ syncs, failed, orphans }: PlanReport, paint: Paint): string {
  if (failed.size > 0)
    return syncs.length === 0 ? NOTHING_PLANNED : 'Nothing to send for the syncs that could be planned.'
  return orphans.length === 0
    ? `${paint.good('Nothing to do.')} Braze holds what the warehouse says.`
    : `${paint.good('Nothing to send.')} For the syncs with a file, Braze holds what the warehouse says.`
}

function footer(report: PlanReport, view: PlanView, paint: Paint): string {
  const total = (of: (sync: Planned) => number) => report.syncs.reduce((sum, sync) => sum + of(sync), 0)
  const work = total(({ numbers }) => numbers.added + numbers.changed + numbers.removed + numbers.repaired)
  if (work === 0 && isNothingHeld(report)) return quietText(report, paint)
  // Held by what their queries would read, or failed.
  if (report.syncs.length === 0) return NOTHING_PLANNED
  const sums = [
    `${count(total(({ numbers }) => numbers.added))} to add`,
    `${count(total(({ numbers }) => numbers.changed))} to change`,
    `${count(total(({ numbers }) => numbers.removed))} to remove`,
  ]
  const hours = distance(report.expiresAt, view.now)
  return [
    `${paint.strong('Plan:')} ${sums.join(', ')}.`,
    `${counted(report.objects, 'object')} in ${counted(report.requests, 'request')}, ${length(report.secondsAtRate)} at ${count(view.requestsPerSecond)} requests a second;`,
    `${counted(report.dataPoints, 'data point')}, at most ${counted(report.newProfiles, 'new profile')}.`,
    '',
    `Nothing was sent. The plan expires ${hours}. To send exactly this:`,
    indented(paint.command(`apply ${report.plan}`)),
  ].join('\n')
}
