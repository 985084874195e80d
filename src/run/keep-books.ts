// Decides what a run writes down beside the snapshots: each sync's row, the plans of held syncs, whom to doubt on request,
// and what is old enough to go.

import { newId } from '../ledger/names.ts'
import {
  dropPlanRows,
  openPlans,
  type PlanHead,
  type PlanSync,
  savePlan,
  setPlanStatus,
  startPlan,
} from '../ledger/plans.ts'
import { type LastRun, lastRuns } from '../ledger/recent.ts'
import type { SyncReport } from '../ledger/runs.ts'
import { inScope, insertRows, type Ledger, literal, raw, updateRows, type Values } from '../ledger/sql.ts'
import { SENT_AGAIN } from '../ledger/standing.ts'
import { readSyncs, recordFor } from '../ledger/syncs.ts'
import type { Sync } from '../model/definition.ts'
import type { Cell } from '../warehouse/port.ts'
import type { RunContext } from './context.ts'
import { rulesOf } from './guard.ts'
import type { PlannedSet } from './plan-all.ts'
import type { SyncOutcome } from './report.ts'

/** Plans with rows that are kept for one sync. */
const KEPT_PLANS = 3

/** A plan of its own for each held sync, waiting for a person. Returns the plans by sync. */
export async function saveHeld(context: RunContext, set: PlannedSet): Promise<ReadonlyMap<string, string>> {
  const { ledger } = context
  const held = new Map<string, string>()
  for (const sync of set.planned.filter((planned) => planned.heldBy.length > 0)) {
    const head: PlanHead = {
      plan: newId('p', context.now()),
      command: 'sync',
      origin: context.project.braze.endpoint,
      objects: sync.numbers.objects,
      batchSize: context.project.braze.objectsPerRequest,
    }
    await startPlan(ledger, head, 0)
    await savePlan(ledger, head, { status: 'open', syncs: [sync] })
    await pruneHeld(context, sync.sync)
    held.set(sync.sync, head.plan)
  }
  return held
}

/** Keeps the newest plans of a sync; older ones keep their numbers and lose their rows. */
export async function pruneHeld(context: RunContext, sync: string): Promise<void> {
  const { ledger } = context
  for (const old of (await openPlans(ledger, sync)).slice(KEPT_PLANS)) {
    await dropPlanRows(ledger, old)
    await setPlanStatus(ledger, old, 'replaced')
  }
}

export interface Noting {
  readonly run: string
  readonly set: PlannedSet
  readonly held: ReadonlyMap<string, string>
  readonly slots: ReadonlyMap<string, Date>
  readonly syncs: readonly Pick<Sync, 'name' | 'kind' | 'hash'>[]
}

/** One row per sync, before anything is sent; its status is the one that holds if nothing more is written. */
export async function noteSyncs(context: RunContext, noting: Noting): Promise<void> {
  const { ledger } = context
  const before = await lastRuns(ledger)
  const rows = noting.syncs.map((sync): Values => {
    const planned = noting.set.planned.find((one) => one.sync === sync.name)
    const numbers = planned?.numbers
    const heldBy = planned?.heldBy ?? noting.set.unread?.get(sync.name) ?? []
    const last = before.get(sync.name)
    const slot = noting.slots.get(sync.name)
    return {
      run: noting.run,
      sync: sync.name,
      kind: sync.kind,
      status: 'partial',
      rows_read: numbers?.rows ?? null,
      added: numbers?.added ?? null,
      changed: numbers?.changed ?? null,
      removed: numbers?.removed ?? null,
      unchanged: numbers?.unchanged ?? null,
      sent: 0,
      rejected: 0,
      unknown: 0,
      data_points: 0,
      size_before: numbers?.sizeBefore ?? null,
      held_by: heldBy.length === 0 ? null : JSON.stringify(heldBy),
      held_since: heldBy.length === 0 ? null : raw(heldSince(ledger, heldBy, last)),
      plan: noting.held.get(sync.name) ?? null,
      hash: sync.hash,
      source_time: planned?.sourceTime ?? null,
      slot:
        slot === undefined
          ? null
          : raw(literalTime(ledger.dialect.literal(slot.toISOString()), ledger.dialect.types.timestamp)),
      settled: false,
    }
  })
  if (rows.length > 0) await ledger.session.run(insertRows(ledger, 'run_syncs', rows))
}

/** Held again for the same reason is one hold: it goes on from the very moment that the last run has. */
function heldSince(ledger: Ledger, heldBy: readonly string[], last: LastRun | undefined): string {
  const { dialect } = ledger
  if (last?.heldSince === undefined || rulesOf(last.heldBy) !== rulesOf(heldBy)) return dialect.now
  return `(select x.held_since from ${dialect.table('run_syncs')} as x where ${inScope(ledger, 'x')} and x.run = ${literal(dialect, last.run)} and x.sync = ${literal(dialect, last.sync)})`
}

/** ISO text with Z as a timestamp without zone: sessions run in UTC. */
const literalTime = (text: string, type: string): string =>
  `cast(replace(replace(${text}, 'T', ' '), 'Z', '') as ${type})`

export async function endSyncs(
  context: RunContext,
  run: string,
  reports: readonly SyncReport[],
): Promise<void> {
  const { ledger } = context
  const { dialect, session } = ledger
  if (reports.length === 0) return
  // All in one: a statement takes seconds where it is a job of its own.
  const each = (type: keyof typeof dialect.types, value: (report: SyncReport) => Cell) =>
    raw(
      `cast(case sync ${reports.map((report) => `when ${literal(dialect, report.name)} then ${literal(dialect, value(report))}`).join(' ')} end as ${dialect.types[type]})`,
    )
  const set = {
    status: each('text', ({ status }) => status),
    rejected: each('bigint', ({ rejected }) => rejected),
    error: each('text', ({ error }) => error),
    ended_at: raw(dialect.now),
  }
  const names = reports.map(({ name }) => literal(dialect, name)).join(', ')
  await session.run(updateRows(ledger, 'run_syncs', { set, where: { run }, only: `sync in (${names})` }))
}

/** `resync`: every row of these syncs is sent again; leavers are still removed. */
export async function doubtAll(
  context: RunContext,
  syncs: readonly Pick<Sync, 'name' | 'was'>[],
): Promise<void> {
  const { ledger } = context
  const { dialect, session, scope } = ledger
  const records = await readSyncs(ledger)
  for (const sync of syncs) {
    const record = recordFor(records, sync)
    if (record === undefined) continue
    const name = literal(dialect, record.sync)
    const fixed = [scope.project, scope.workspace].map((text) => literal(dialect, text)).join(', ')
    await session.run(
      `insert into ${dialect.table('doubt')} (project, workspace, sync, k, reason, since) select ${fixed}, ${name}, s.k, 'resync', ${dialect.now} from ${dialect.table(record.snapshot)} as s ` +
        `where not exists (select 1 from ${dialect.table('doubt')} as d where ${inScope(ledger, 'd')} and d.sync = ${name} and d.k = s.k and d.${SENT_AGAIN})`,
    )
  }
}

/** Drops history beyond its keep. */
export async function trimHistory(context: RunContext): Promise<void> {
  const { ledger, project } = context
  if (project.historyDays <= 0) return
  const { dialect, session } = ledger
  await session.run(
    `delete from ${dialect.table('history')} where ${inScope(ledger)} and settled_at < ${dialect.plusSeconds(dialect.now, -Math.round(project.historyDays * 86_400))}`,
  )
}

/** What became of each sync of a run. */
export function outcomeOf(
  name: string,
  carried: {
    set: PlannedSet
    held: ReadonlyMap<string, string>
    settled: SyncOutcome['settled']
    error: Error | undefined
  },
): SyncOutcome {
  const planned: PlanSync | undefined = carried.set.planned.find((sync) => sync.sync === name)
  return {
    planned,
    settled: carried.settled,
    heldPlan: carried.held.get(name),
    unread: carried.set.unread?.get(name),
    error: carried.set.failed.get(name) ?? carried.error,
  }
}
