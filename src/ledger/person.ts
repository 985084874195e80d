// Decides what the ledger says of one person: what Braze holds because of which sync, since when and through which run, and
// what was sent since.

import type { Write } from '../model/definition.ts'
import { asText, inScope, type Ledger, literal } from './sql.ts'
import { SENT_AGAIN } from './standing.ts'
import type { SyncRecord } from './syncs.ts'

export interface Membership {
  readonly sync: string
  readonly since: string | null
  /** What Braze holds, as the members of a JSON object. */
  readonly members: string
}

/** Snapshots that are looked into by one statement. */
const AT_ONCE = 50

export async function readMemberships(
  ledger: Ledger,
  records: readonly SyncRecord[],
  person: string,
): Promise<Membership[]> {
  const found: Membership[] = []
  for (let from = 0; from < records.length; from += AT_ONCE) {
    const each = records.slice(from, from + AT_ONCE).map((record) => inSnapshot(ledger, record, person))
    const rows = await ledger.session.rows(each.join(' union all '))
    found.push(
      ...rows.map((row) => ({
        sync: asText(row.sync) ?? '',
        since: asText(row.since) ?? null,
        members: asText(row.members) ?? '',
      })),
    )
  }
  return found
}

function inSnapshot({ dialect }: Ledger, record: SyncRecord, person: string): string {
  const writes = record.definition?.writes ?? []
  const members = writes.map((write) => memberOf(dialect, write))
  const text = members.length === 0 ? `''` : dialect.joinText(',', members)
  return (
    `select ${literal(dialect, record.sync)} as sync, ${dialect.isoText('s.since')} as since, ${text} as members ` +
    `from ${dialect.table(record.snapshot)} as s where s.k = ${literal(dialect, person)}`
  )
}

/** `"vip":true`, `"audiences":["vip"]`; NULL where nothing is held. */
function memberOf(dialect: Ledger['dialect'], { attribute, element, column, valueKind }: Write): string {
  const head = dialect.literal(`${JSON.stringify(attribute)}:`)
  const held = `s.${dialect.ident(column)}`
  if (element === undefined) return `${head} || ${dialect.wire(valueKind, held)}`
  const whole = dialect.literal(`${JSON.stringify(attribute)}:[${JSON.stringify(element)}]`)
  return `case when ${held} then ${whole} end`
}

export interface PersonChange {
  readonly sync: string
  readonly op: string
  readonly members: string | null
  readonly run: string
  readonly at: string
}

/** Newest first. */
export async function readPersonHistory(
  ledger: Ledger,
  person: string,
  limit: number,
): Promise<PersonChange[]> {
  const { dialect, session } = ledger
  const rows = await session.rows(
    `select sync, op, members, run, ${dialect.isoText('settled_at')} as at_text from ${dialect.table('history')} ` +
      `where ${inScope(ledger)} and k = ${literal(dialect, person)} order by settled_at desc, sync limit ${limit}`,
  )
  return rows.map((row) => ({
    sync: asText(row.sync) ?? '',
    op: asText(row.op) ?? '',
    members: asText(row.members) ?? null,
    run: asText(row.run) ?? '',
    at: asText(row.at_text) ?? '',
  }))
}

export interface Entry {
  readonly run: string
  readonly hash: string | null
  readonly sql: string | null
}

/** The run through which somebody entered a sync: the first that settled it since then, and the SQL that it ran. */
export async function readEntry(ledger: Ledger, sync: string, since: string): Promise<Entry | undefined> {
  const { dialect, session } = ledger
  const at = `cast(${literal(dialect, since.replace('T', ' ').replace('Z', ''))} as ${dialect.types.timestamp})`
  const [row] = await session.rows(
    `select s.run, s.hash, v.sql from ${dialect.table('run_syncs')} as s left join ${dialect.table('sql_versions')} as v ` +
      `on v.hash = s.hash and v.sync = s.sync and ${inScope(ledger, 'v')} ` +
      `where ${inScope(ledger, 's')} and s.sync = ${literal(dialect, sync)} and s.settled and s.ended_at >= ${at} order by s.ended_at limit 1`,
  )
  if (row === undefined) return undefined
  return { run: asText(row.run) ?? '', hash: asText(row.hash) ?? null, sql: asText(row.sql) ?? null }
}

/** Syncs that are to send the person again. */
export async function readDoubts(ledger: Ledger, person: string): Promise<Set<string>> {
  const { dialect, session } = ledger
  const rows = await session.rows(
    `select distinct sync from ${dialect.table('doubt')} where ${inScope(ledger)} and k = ${literal(dialect, person)} and ${SENT_AGAIN}`,
  )
  return new Set(rows.map((row) => asText(row.sync) ?? ''))
}
