// Decides how plans are written down and found again, and which of them keep their rows.

import type { SettledDefinition } from '../model/definition.ts'
import { tableNames } from './names.ts'
import type { DeltaNumbers } from './numbers.ts'
import type { Slot } from './slots.ts'
import {
  asJson,
  asNumber,
  asText,
  inScope,
  insertRows,
  type Ledger,
  literal,
  oneRow,
  raw,
  updateRows,
  type Values,
} from './sql.ts'

/** A sync within a plan, as frozen: enough to send and settle it without the project. */
export interface PlanSync {
  readonly sync: string
  readonly position: number
  /** Absent when the rows are gone. */
  readonly delta: string | undefined
  readonly version: number
  readonly definition: PlannedDefinition
  readonly numbers: PlannedNumbers
  readonly heldBy: readonly string[]
  readonly hash: string
  readonly sourceTime: string | undefined
}

export interface PlannedDefinition extends SettledDefinition {
  readonly slots: readonly Slot[]
  readonly file: string
  readonly sql: string
  readonly maxAttempts: number
  /** The former name whose snapshot is taken over. */
  readonly was?: string
  /** The whole is taken back and the sync forgotten. */
  readonly retires?: boolean
}

export interface PlannedNumbers extends DeltaNumbers {
  readonly rows: number
  readonly unchanged: number
  /** Rows withheld before sending: bad values or keys. */
  readonly withheld: number
  /** Withheld rows that were not on record before. */
  readonly withheldFresh: number
  readonly sizeBefore: number
  readonly firstLoad: boolean
}

export interface PlanHead {
  readonly plan: string
  readonly command: string
  readonly origin: string
  readonly objects: number
  readonly batchSize: number
}

/** On record before the first delta table is made, so that a plan that dies leaves nothing that nobody knows of. */
export async function startPlan(ledger: Ledger, head: PlanHead, syncs: number): Promise<void> {
  const row = {
    plan: head.plan,
    status: 'making',
    origin: head.origin,
    created_at: raw(ledger.dialect.now),
    command: head.command,
    objects: head.objects,
    batch_size: head.batchSize,
    syncs,
  }
  await ledger.session.run(insertRows(ledger, 'plans', [row]))
}

export async function savePlan(
  ledger: Ledger,
  head: PlanHead,
  plan: { status: 'open' | 'applying'; syncs: readonly PlanSync[] },
): Promise<void> {
  await ledger.session.transaction(async (tx) => {
    const at = { ...ledger, session: tx }
    if (plan.syncs.length > 0)
      await tx.run(
        insertRows(
          ledger,
          'plan_syncs',
          plan.syncs.map((sync) => planSyncValues(head.plan, sync)),
        ),
      )
    // Last: what the plan holds is on record before it may be found.
    await tx.run(
      updateRows(at, 'plans', {
        set: { status: plan.status, objects: head.objects },
        where: { plan: head.plan },
      }),
    )
  })
}

/** Drops the rows of plans that are too old to be applied, and of those that were never finished. */
export async function expirePlans(ledger: Ledger, hours: number): Promise<void> {
  const { dialect, session } = ledger
  const rows = await session.rows(
    `select plan from ${dialect.table('plans')} where ${inScope(ledger)} and status in ('making', 'open') ` +
      `and created_at < ${dialect.plusSeconds(dialect.now, -Math.round(hours * 3600))}`,
  )
  for (const row of rows) {
    const plan = asText(row.plan) ?? ''
    await dropPlanRows(ledger, plan)
    await setPlanStatus(ledger, plan, 'expired')
  }
}

/** The numbers of a plan stay; its rows go: every table that it may have made, but those that became a held sync's own plan. */
export async function dropPlanRows(ledger: Ledger, plan: string): Promise<void> {
  const { dialect, session } = ledger
  const made = asNumber(
    (await oneRow(session, `select syncs from ${dialect.table('plans')} where ${ours(ledger, plan)}`))?.syncs,
  )
  const rows = await session.rows(
    `select plan, delta from ${dialect.table('plan_syncs')} where ${inScope(ledger)} and delta is not null`,
  )
  const others = new Set(rows.flatMap((row) => (row.plan === plan ? [] : [asText(row.delta)])))
  const names = tableNames(plan)
  const deltas = new Set([
    ...Array.from({ length: made }, (_, position) => names.delta(position)),
    ...rows.flatMap((row) => (row.plan === plan ? (asText(row.delta) ?? []) : [])),
  ])
  const gone = [...deltas].filter((delta) => !others.has(delta))
  await Promise.all(gone.map((delta) => session.run(`drop table if exists ${dialect.table(delta)}`)))
  await session.run(updateRows(ledger, 'plan_syncs', { set: { delta: null }, where: { plan } }))
}

const ours = (ledger: Ledger, plan: string): string =>
  `${inScope(ledger)} and plan = ${literal(ledger.dialect, plan)}`

const planSyncValues = (plan: string, sync: PlanSync): Values => ({
  plan,
  sync: sync.sync,
  position: sync.position,
  delta: sync.delta ?? null,
  version: sync.version,
  definition: JSON.stringify(sync.definition, (key, value) => (key === 'source' ? undefined : value)),
  numbers: JSON.stringify(sync.numbers),
  held_by: JSON.stringify(sync.heldBy),
  hash: sync.hash,
  source_time: sync.sourceTime ?? null,
})

export interface SavedPlan extends PlanHead {
  readonly status: string
  readonly createdAt: string
  readonly ageHours: number
  readonly syncs: readonly PlanSync[]
}

export async function readPlan(ledger: Ledger, plan: string): Promise<SavedPlan | undefined> {
  const { dialect, session } = ledger
  const age = `${dialect.plusSeconds('created_at', 0)} `
  const row = await oneRow(
    session,
    `select plan, status, origin, command, objects, batch_size, ${dialect.isoText(age)} as created_at, ${dialect.isoText(dialect.now)} as now ` +
      `from ${dialect.table('plans')} where ${inScope(ledger)} and plan = ${literal(dialect, plan)}`,
  )
  if (row === undefined) return undefined
  const createdAt = asText(row.created_at) ?? ''
  return {
    plan,
    status: asText(row.status) ?? '',
    origin: asText(row.origin) ?? '',
    command: asText(row.command) ?? '',
    objects: asNumber(row.objects),
    batchSize: asNumber(row.batch_size),
    createdAt,
    ageHours: (Date.parse(asText(row.now) ?? '') - Date.parse(createdAt)) / 3_600_000,
    syncs: await readPlanSyncs(ledger, plan),
  }
}

export async function readPlanSyncs(ledger: Ledger, plan: string): Promise<PlanSync[]> {
  const { dialect, session } = ledger
  const rows = await session.rows(
    `select sync, position, delta, version, definition, numbers, held_by, ${dialect.ident('hash')}, source_time from ${dialect.table('plan_syncs')} ` +
      `where ${inScope(ledger)} and plan = ${literal(dialect, plan)} order by position`,
  )
  return rows.map((row) => ({
    sync: asText(row.sync) ?? '',
    position: asNumber(row.position),
    delta: asText(row.delta),
    version: asNumber(row.version),
    definition: JSON.parse(asText(row.definition) ?? '{}') as PlannedDefinition,
    numbers: JSON.parse(asText(row.numbers) ?? '{}') as PlannedNumbers,
    heldBy: asJson<string[]>(row.held_by, []),
    hash: asText(row.hash) ?? '',
    sourceTime: asText(row.source_time),
  }))
}

export async function setPlanStatus(ledger: Ledger, plan: string, status: string): Promise<void> {
  await ledger.session.run(updateRows(ledger, 'plans', { set: { status }, where: { plan } }))
}

/** A plan that was on its way when its run ended: one that was saved may be applied again unless it is, any other is over. */
export async function endPlan(ledger: Ledger, plan: string, isSaved: boolean): Promise<void> {
  const { dialect, session } = ledger
  const found = await oneRow(
    session,
    `select status from ${dialect.table('plans')} where ${ours(ledger, plan)}`,
  )
  if (!isSaved || found?.status === 'applied') await dropPlanRows(ledger, plan)
  await session.run(
    `update ${dialect.table('plans')} set status = '${isSaved ? 'open' : 'expired'}' where ${ours(ledger, plan)} and status in ('making', 'applying')`,
  )
}

/** Plans that may still be applied and hold this sync, newest first. */
export async function openPlans(ledger: Ledger, sync: string): Promise<string[]> {
  const { dialect, session } = ledger
  const rows = await session.rows(
    `select s.plan from ${dialect.table('plan_syncs')} as s join ${dialect.table('plans')} as p on p.plan = s.plan and ${inScope(ledger, 'p')} ` +
      `where ${inScope(ledger, 's')} and s.sync = ${literal(dialect, sync)} and s.delta is not null and p.status = 'open' order by p.plan desc`,
  )
  return rows.map((row) => asText(row.plan) ?? '')
}
