// Decides how the standing of the project reads. Pure.

import type { LedgerState, SyncState } from '../../run/status.ts'
import { count, distance, indented, moment } from '../format.ts'
import type { Paint } from '../paint.ts'
import { table } from '../table.ts'
import { orphanText } from './orphan.ts'
import { statusText } from './run-text.ts'

export interface StatusView {
  readonly project: string
  readonly workspace: string
  readonly now: Date
  /** Next nominal time of each living sync. */
  readonly next: ReadonlyMap<string, Date>
  /** Living syncs that `sync --due` would run. */
  readonly due: ReadonlySet<string>
}

export function statusReport(state: LedgerState, view: StatusView, paint: Paint): string {
  const living = state.syncs.filter((sync) => !sync.isOrphan)
  const parts = [
    `${paint.strong(view.project)}, workspace ${view.workspace}`,
    living.length === 0 ? 'The project has no syncs yet.' : statusTable(living, view, paint),
    ...living.map((sync) => troubleText(sync, view, paint)),
    ...state.syncs.filter((sync) => sync.isOrphan).map((sync) => orphanText(sync, paint)),
    state.underWay === null ? '' : `run ${state.underWay.run} is under way (${state.underWay.place})`,
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

function statusTable(syncs: readonly SyncState[], view: StatusView, paint: Paint): string {
  const columns = [
    { head: 'sync' },
    { head: 'kind' },
    { head: 'status' },
    { head: 'people', right: true },
    { head: 'last run' },
    { head: 'next' },
    { head: '' },
  ]
  return table(
    columns,
    syncs.map((sync) => [
      paint.strong(sync.name),
      sync.kind,
      sync.last === null ? paint.faint('never run') : statusText(sync.last.status, paint),
      count(sync.size),
      sync.last?.endedAt === undefined ? '' : distance(sync.last.endedAt, view.now),
      nextText(sync, view),
      standing(sync),
    ]),
    paint,
  )
}

function nextText(sync: SyncState, { due, next, now }: StatusView): string {
  const at = next.get(sync.name)
  if (due.has(sync.name)) return 'due'
  return at === undefined ? 'never' : distance(at, now)
}

const standing = ({ inDoubt, rejected, parked }: SyncState): string =>
  [
    ...(inDoubt > 0 ? [`${count(inDoubt)} in doubt`] : []),
    ...(rejected > 0 ? [`${count(rejected)} rejected`] : []),
    ...(parked > 0 ? [`${count(parked)} parked`] : []),
  ].join(', ')

function troubleText({ name, last }: SyncState, view: StatusView, paint: Paint): string {
  if (last?.status === 'failed')
    return `${paint.bad('failed')} ${paint.strong(name)}: ${last.error ?? `see ${paint.command('runs')} (${last.run})`}`
  if (last?.status !== 'held') return ''
  const since =
    last.heldSince === undefined
      ? ''
      : ` since ${moment(last.heldSince)} (${distance(last.heldSince, view.now)})`
  return [
    `${paint.bad('held')} ${paint.strong(name)}${since}`,
    ...last.heldBy.map((reason) => indented(reason)),
    ...(last.plan === undefined ? [] : [indented(`If it is meant: ${paint.command(`apply ${last.plan}`)}`)]),
  ].join('\n')
}

export function statusJson(state: LedgerState, view: StatusView): unknown {
  return {
    project: view.project,
    workspace: view.workspace,
    under_way: state.underWay,
    syncs: state.syncs.map((sync) => ({
      name: sync.name,
      kind: sync.kind,
      orphan: sync.isOrphan,
      status: sync.last?.status ?? null,
      run: sync.last?.run ?? null,
      ended_at: sync.last?.endedAt ?? null,
      size: sync.size,
      settled_at: sync.settledAt,
      due: view.due.has(sync.name),
      next_at: view.next.get(sync.name)?.toISOString() ?? null,
      held_by: sync.last?.heldBy ?? [],
      held_since: sync.last?.heldSince ?? null,
      plan: sync.last?.plan ?? null,
      in_doubt: sync.inDoubt,
      rejected: sync.rejected,
      parked: sync.parked,
      error: sync.last?.error ?? null,
    })),
  }
}
