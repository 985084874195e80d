// Decides how runs are read for people who look back: pages of them, one with its syncs, how one sync went over time.

import type { Row } from '../warehouse/port.ts'
import type { SyncReport } from './runs.ts'
import { asJson, asNumber, asText, inScope, type Ledger, literal } from './sql.ts'

export interface LoggedRun {
  readonly run: string
  readonly command: string
  readonly plan: string | null
  readonly status: string
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly requests: number
  readonly objects: number
  readonly dataPoints: number
  readonly error: string | null
}

export interface RunPageQuery {
  readonly limit: number
  readonly before: string | undefined
  readonly sync: string | undefined
}

/** Newest first. */
export async function readRunPage(ledger: Ledger, query: RunPageQuery): Promise<LoggedRun[]> {
  const { dialect } = ledger
  const older = query.before === undefined ? '' : ` and run < ${literal(dialect, query.before)}`
  const ofSync =
    query.sync === undefined
      ? ''
      : ` and run in (select run from ${dialect.table('run_syncs')} where ${inScope(ledger)} and sync = ${literal(dialect, query.sync)}${older})`
  return await find(ledger, `true${older}${ofSync} order by run desc limit ${query.limit}`)
}

export async function readRun(ledger: Ledger, run: string): Promise<LoggedRun | undefined> {
  const [found] = await find(ledger, `run = ${literal(ledger.dialect, run)}`)
  return found
}

async function find(ledger: Ledger, rest: string): Promise<LoggedRun[]> {
  const { dialect, session } = ledger
  const rows = await session.rows(
    `select run, command, plan, status, requests, objects, data_points, error, ${dialect.isoText('started_at')} as started_at, ` +
      `${dialect.isoText('ended_at')} as ended_at from ${dialect.table('runs')} where ${inScope(ledger)} and ${rest}`,
  )
  return rows.map((row) => ({
    run: asText(row.run) ?? '',
    command: asText(row.command) ?? '',
    plan: asText(row.plan) ?? null,
    status: asText(row.status) ?? '',
    startedAt: asText(row.started_at) ?? null,
    endedAt: asText(row.ended_at) ?? null,
    requests: asNumber(row.requests),
    objects: asNumber(row.objects),
    dataPoints: asNumber(row.data_points),
    error: asText(row.error) ?? null,
  }))
}

/** What is on record of one sync in one run, also while it is under way. */
export interface LoggedSync extends Omit<SyncReport, 'name' | 'kind' | 'status' | 'hint' | 'accepted'> {
  readonly run: string
  readonly sync: string
  readonly kind: string
  readonly status: string
  readonly sizeBefore: number | null
  readonly sizeAfter: number | null
  readonly hash: string | null
  readonly endedAt: string | null
}

/** What a run says of each of its syncs, by name. */
export const readRunSyncs = (ledger: Ledger, run: string): Promise<LoggedSync[]> =>
  findSyncs(ledger, `run = ${literal(ledger.dialect, run)} order by sync`)

/** Its last runs that ended, newest first. */
export const readSyncHistory = (ledger: Ledger, sync: string, limit: number): Promise<LoggedSync[]> =>
  findSyncs(
    ledger,
    `sync = ${literal(ledger.dialect, sync)} and ended_at is not null order by run desc limit ${limit}`,
  )

async function findSyncs(ledger: Ledger, rest: string): Promise<LoggedSync[]> {
  const { dialect, session } = ledger
  const rows = await session.rows(
    `select run, sync, kind, status, rows_read, added, changed, removed, unchanged, sent, rejected, unknown, data_points, ` +
      `size_before, size_after, held_by, plan, error, ${dialect.ident('hash')}, ${dialect.isoText('ended_at')} as ended_at ` +
      `from ${dialect.table('run_syncs')} where ${inScope(ledger)} and ${rest}`,
  )
  return rows.map(syncOf)
}

const syncOf = (row: Row): LoggedSync => ({
  run: asText(row.run) ?? '',
  sync: asText(row.sync) ?? '',
  kind: asText(row.kind) ?? '',
  status: asText(row.status) ?? '',
  rows: asNumber(row.rows_read),
  added: asNumber(row.added),
  changed: asNumber(row.changed),
  removed: asNumber(row.removed),
  unchanged: asNumber(row.unchanged),
  sent: asNumber(row.sent),
  rejected: asNumber(row.rejected),
  unknown: asNumber(row.unknown),
  dataPoints: asNumber(row.data_points),
  sizeBefore: asText(row.size_before) === undefined ? null : asNumber(row.size_before),
  sizeAfter: asText(row.size_after) === undefined ? null : asNumber(row.size_after),
  heldBy: asJson<string[]>(row.held_by, []),
  plan: asText(row.plan) ?? null,
  error: asText(row.error) ?? null,
  hash: asText(row.hash) ?? null,
  endedAt: asText(row.ended_at) ?? null,
})

const TREND_POINTS = 30
const TREND_DAYS = 31

/** For each sync its sizes after the last runs, oldest first. */
export async function sizeTrends(ledger: Ledger): Promise<Map<string, number[]>> {
  const { dialect, session } = ledger
  const since = dialect.plusSeconds(dialect.now, -TREND_DAYS * 86_400)
  const rows = await session.rows(
    `select sync, size_after from (select sync, size_after, ended_at, row_number() over (partition by sync order by ended_at desc) as nth ` +
      `from ${dialect.table('run_syncs')} where ${inScope(ledger)} and size_after is not null and ended_at > ${since}) as t ` +
      `where nth <= ${TREND_POINTS} order by sync, ended_at`,
  )
  const trends = new Map<string, number[]>()
  for (const row of rows) {
    const sync = asText(row.sync) ?? ''
    trends.set(sync, [...(trends.get(sync) ?? []), asNumber(row.size_after)])
  }
  return trends
}

/** For each sync the end of the last run that sent all it could. */
export async function lastSuccesses(ledger: Ledger): Promise<Map<string, string>> {
  const { dialect, session } = ledger
  const rows = await session.rows(
    `select sync, ${dialect.isoText('max(ended_at)')} as ended_at from ${dialect.table('run_syncs')} where ${inScope(ledger)} ` +
      `and status in ('succeeded', 'rejected') and ended_at is not null group by sync`,
  )
  return new Map(rows.map((row) => [asText(row.sync) ?? '', asText(row.ended_at) ?? '']))
}
