// Decides what people read of the past: the runs, newest first, and what was refused and still stands.

import { asNumber, asText, inScope, type Ledger, literal } from '../ledger/sql.ts'

export interface PastRun {
  readonly run: string
  readonly command: string
  readonly status: string
  readonly startedAt: string
  readonly endedAt: string | null
  readonly requests: number
  readonly objects: number
  readonly dataPoints: number
  readonly error: string | null
}

export async function readRuns(ledger: Ledger, limit: number): Promise<PastRun[]> {
  const { dialect, session } = ledger
  const rows = await session.rows(
    `select run, command, status, ${dialect.isoText('started_at')} as started_at, ${dialect.isoText('ended_at')} as ended_at, ` +
      `requests, objects, data_points, error from ${dialect.table('runs')} where ${inScope(ledger)} order by started_at desc, run desc limit ${limit}`,
  )
  return rows.map((row) => ({
    run: asText(row.run) ?? '',
    command: asText(row.command) ?? '',
    status: asText(row.status) ?? '',
    startedAt: asText(row.started_at) ?? '',
    endedAt: asText(row.ended_at) ?? null,
    requests: asNumber(row.requests),
    objects: asNumber(row.objects),
    dataPoints: asNumber(row.data_points),
    error: asText(row.error) ?? null,
  }))
}

/** People refused for one reason. */
export interface RejectionGroup {
  readonly sync: string
  readonly attribute: string | null
  /** Who refused: braze, or brazier before sending. */
  readonly source: string
  readonly reason: string
  readonly people: number
  readonly parked: number
  readonly firstAt: string
  readonly lastAt: string
}

export interface Rejection {
  readonly sync: string
  /** Null for rows without a key. */
  readonly person: string | null
  readonly attribute: string | null
  readonly source: string
  readonly reason: string
  readonly attempts: number
  readonly parked: boolean
  readonly run: string
  readonly firstAt: string
  readonly lastAt: string
}

export interface RejectionQuery {
  readonly sync: string | undefined
  readonly person?: string
  readonly limit: number
}

/** Most people first. */
export async function groupRejections(ledger: Ledger, query: RejectionQuery): Promise<RejectionGroup[]> {
  const { dialect, session } = ledger
  const rows = await session.rows(
    `select sync, attribute, source, reason, count(*) as people, ${dialect.countIf('parked')} as parked, ` +
      `${dialect.isoText('min(first_at)')} as first_at, ${dialect.isoText('max(last_at)')} as last_at ` +
      `from ${dialect.table('rejections')} where ${asked(ledger, query)} group by sync, attribute, source, reason ` +
      `order by people desc, sync, attribute, source, reason limit ${query.limit}`,
  )
  return rows.map((row) => ({
    sync: asText(row.sync) ?? '',
    attribute: notEmpty(asText(row.attribute)),
    source: asText(row.source) ?? '',
    reason: asText(row.reason) ?? '',
    people: asNumber(row.people),
    parked: asNumber(row.parked),
    firstAt: asText(row.first_at) ?? '',
    lastAt: asText(row.last_at) ?? '',
  }))
}

/** Newest first. */
export async function listRejections(ledger: Ledger, query: RejectionQuery): Promise<Rejection[]> {
  const { dialect, session } = ledger
  const rows = await session.rows(
    `select sync, k, attribute, source, reason, attempts, parked, run, ${dialect.isoText('first_at')} as first_at, ` +
      `${dialect.isoText('last_at')} as last_at from ${dialect.table('rejections')} where ${asked(ledger, query)} ` +
      `order by last_at desc, sync, k, attribute limit ${query.limit}`,
  )
  return rows.map((row) => ({
    sync: asText(row.sync) ?? '',
    person: notEmpty(asText(row.k)),
    attribute: notEmpty(asText(row.attribute)),
    source: asText(row.source) ?? '',
    reason: asText(row.reason) ?? '',
    attempts: asNumber(row.attempts),
    parked: row.parked === true,
    run: asText(row.run) ?? '',
    firstAt: asText(row.first_at) ?? '',
    lastAt: asText(row.last_at) ?? '',
  }))
}

function asked(ledger: Ledger, { sync, person }: RejectionQuery): string {
  const { dialect } = ledger
  const ofSync = sync === undefined ? '' : ` and sync = ${literal(dialect, sync)}`
  const ofPerson = person === undefined ? '' : ` and k = ${literal(dialect, person)}`
  return `${inScope(ledger)}${ofSync}${ofPerson}`
}

const notEmpty = (text: string | undefined): string | null =>
  text === undefined || text === '' ? null : text
