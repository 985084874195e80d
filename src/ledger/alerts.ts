// Decides how it is kept of what somebody was told, and what alerts look at: how each sync went of late, and whether the
// last run failed as a whole.

import type { Row, Session } from '../warehouse/port.ts'
import {
  asJson,
  asNumber,
  asText,
  deleteRows,
  inScope,
  insertRows,
  type Ledger,
  oneRow,
  raw,
  updateRows,
} from './sql.ts'

export interface ToldAlert {
  readonly channel: string
  readonly sync: string
  readonly cause: string
  readonly since: string
  readonly toldAt: string
}

type AlertKey = Pick<ToldAlert, 'channel' | 'sync' | 'cause'>

/** Of the ledger's schema, in which alerts came. */
const FIRST_VERSION = 2

/** Undefined while no run has brought the ledger forward: there is nowhere to keep them. */
export async function readTold(ledger: Ledger): Promise<ToldAlert[] | undefined> {
  const { dialect, session } = ledger
  const version = await oneRow(session, `select max(version) as version from ${dialect.table('migrations')}`)
  if (asNumber(version?.version) < FIRST_VERSION) return undefined
  const rows = await session.rows(
    `select channel, sync, cause, ${dialect.isoText('since')} as since, ${dialect.isoText('told_at')} as told_at ` +
      `from ${dialect.table('alerts')} where ${inScope(ledger)} order by channel, sync, cause`,
  )
  return rows.map((row) => ({
    channel: asText(row.channel) ?? '',
    sync: asText(row.sync) ?? '',
    cause: asText(row.cause) ?? '',
    since: asText(row.since) ?? '',
    toldAt: asText(row.told_at) ?? '',
  }))
}

/** Holds others who would tell the same until the transaction ends, where the database can. */
export async function lockTold({ dialect, scope }: Ledger, session: Session): Promise<void> {
  await session.rows(
    `select origin from ${dialect.table('destinations')} where ${inScope({ dialect, scope })} ${dialect.lockRows}`,
  )
}

export interface Telling {
  readonly begun: readonly (AlertKey & { readonly since: string })[]
  readonly again: readonly AlertKey[]
  readonly over: readonly AlertKey[]
}

const keyOf = ({ channel, sync, cause }: AlertKey) => ({ channel, sync, cause })

export async function keepTold(ledger: Ledger, { begun, again, over }: Telling): Promise<void> {
  const { dialect, session } = ledger
  const now = raw(dialect.now)
  const rows = begun.map((alert) => ({
    ...keyOf(alert),
    since: raw(momentOf(ledger, alert.since)),
    told_at: now,
  }))
  if (rows.length > 0) await session.run(insertRows(ledger, 'alerts', rows))
  for (const alert of again)
    await session.run(updateRows(ledger, 'alerts', { set: { told_at: now }, where: keyOf(alert) }))
  for (const alert of over) await session.run(deleteRows(ledger, 'alerts', keyOf(alert)))
}

/** ISO text with Z as the ledger's timestamp, which has no zone: sessions run in UTC. */
function momentOf({ dialect }: Ledger, iso: string): string {
  return `cast(replace(replace(${dialect.literal(iso)}, 'T', ' '), 'Z', '') as ${dialect.types.timestamp})`
}

/** How a sync went in one run. */
export interface RecentRun {
  readonly sync: string
  readonly status: string
  /** Rows that the SQL returned; null when it failed. */
  readonly rows: number | null
  readonly rejected: number
  readonly heldBy: readonly string[]
  readonly heldSince: string | undefined
  /** That waits for somebody. */
  readonly plan: string | undefined
  readonly error: string | undefined
  readonly endedAt: string
}

/** The last runs of each sync that ended, newest first. */
export async function recentRuns(ledger: Ledger, perSync: number): Promise<Map<string, RecentRun[]>> {
  const { dialect, session } = ledger
  const rows = await session.rows(
    `select sync, status, rows_read, rejected, held_by, plan, error, ${dialect.isoText('held_since')} as held_since, ` +
      `${dialect.isoText('ended_at')} as ended_at from (select r.*, row_number() over (partition by sync order by ended_at desc, run desc) as n ` +
      `from ${dialect.table('run_syncs')} as r where ${inScope(ledger)} and ended_at is not null) as t where n <= ${perSync} order by sync, n`,
  )
  return Map.groupBy(rows.map(recentRun), (run) => run.sync)
}

const recentRun = (row: Row): RecentRun => ({
  sync: asText(row.sync) ?? '',
  status: asText(row.status) ?? '',
  rows: asText(row.rows_read) === undefined ? null : asNumber(row.rows_read),
  rejected: asNumber(row.rejected),
  heldBy: asJson<string[]>(row.held_by, []),
  heldSince: asText(row.held_since),
  plan: asText(row.plan),
  error: asText(row.error),
  endedAt: asText(row.ended_at) ?? '',
})

/** Why the last run of all that a schedule may have started failed as a whole; undefined when it did not. */
export async function lastFailure(
  ledger: Ledger,
): Promise<{ readonly error: string; readonly endedAt: string } | undefined> {
  const { dialect, session } = ledger
  const [row] = await session.rows(
    `select error, ${dialect.isoText('ended_at')} as ended_at from ${dialect.table('runs')} where ${inScope(ledger)} ` +
      `and ended_at is not null and command in ('sync', 'resync') order by ended_at desc, run desc limit 1`,
  )
  const error = asText(row?.error)
  return error === undefined ? undefined : { error, endedAt: asText(row?.ended_at) ?? '' }
}
