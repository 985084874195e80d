// Decides what the last runs say of a sync: accepted removes of 24 hours for the guard, the hold in force, slots covered.

import type { Row } from '../warehouse/port.ts'
import type { Ledger } from './sql.ts'
import { asJson, asNumber, asText, inScope, literal } from './sql.ts'

export interface Removes {
  readonly leavers: number
  readonly byAttribute: Readonly<Record<string, number>>
}

/** `sizeThen`: people in the snapshot before the first of those runs. */
export type RecentRemoves = Removes & { readonly sizeThen: number | undefined }

/** Accepted removes of the last 24 hours, summed, by sync: one query for all of them. */
export async function recentRemovesBySync(ledger: Ledger): Promise<(sync: string) => RecentRemoves> {
  const rows = await removesOf(ledger, '')
  return (sync) => summed(rows.filter((row) => row.sync === sync))
}

/** Of one sync. */
export async function recentRemoves(ledger: Ledger, sync: string): Promise<RecentRemoves> {
  return summed(await removesOf(ledger, ` and sync = ${literal(ledger.dialect, sync)}`))
}

async function removesOf(ledger: Ledger, only: string): Promise<Row[]> {
  const { dialect, session } = ledger
  return await session.rows(
    `select sync, removes, size_before from ${dialect.table('run_syncs')} where ${inScope(ledger)}${only} ` +
      `and settled and removes is not null and ended_at > ${dialect.plusSeconds(dialect.now, -86_400)} order by ended_at, run`,
  )
}

function summed(rows: readonly Row[]): RecentRemoves {
  const byAttribute = new Map<string, number>()
  let leavers = 0
  for (const row of rows) {
    const removes = asJson<Removes>(row.removes, { leavers: 0, byAttribute: {} })
    leavers += removes.leavers
    for (const [name, count] of Object.entries(removes.byAttribute))
      byAttribute.set(name, (byAttribute.get(name) ?? 0) + count)
  }
  return {
    leavers,
    byAttribute: Object.fromEntries(byAttribute),
    sizeThen: rows[0] === undefined ? undefined : asNumber(rows[0].size_before),
  }
}

export interface LastRun {
  readonly sync: string
  readonly run: string
  readonly status: string
  readonly heldBy: readonly string[]
  readonly heldSince: string | undefined
  readonly plan: string | undefined
  readonly endedAt: string | undefined
  readonly error: string | undefined
}

/** The run of each sync that ended last: one that was queued has an older id than its turn. */
export async function lastRuns(ledger: Ledger): Promise<Map<string, LastRun>> {
  const { dialect, session } = ledger
  const table = dialect.table('run_syncs')
  const rows = await session.rows(
    `select sync, run, status, held_by, ${dialect.isoText('held_since')} as held_since, plan, error, ${dialect.isoText('ended_at')} as ended_at from ${table} as s ` +
      // Joined, since a subquery for each row reads all runs for each run.
      `join (select sync as ran, max(ended_at) as at from ${table} where ${inScope(ledger)} group by sync) as m on m.ran = s.sync and m.at = s.ended_at ` +
      `where ${inScope(ledger, 's')}`,
  )
  return new Map(
    rows.map((row) => [
      asText(row.sync) ?? '',
      {
        sync: asText(row.sync) ?? '',
        run: asText(row.run) ?? '',
        status: asText(row.status) ?? '',
        heldBy: asJson<string[]>(row.held_by, []),
        heldSince: asText(row.held_since),
        plan: asText(row.plan),
        endedAt: asText(row.ended_at),
        error: asText(row.error),
      },
    ]),
  )
}

/** For each sync the newest schedule slot that needs no further run. */
export async function coveredSlots(ledger: Ledger): Promise<Map<string, Date>> {
  const { dialect, session } = ledger
  const rows = await session.rows(
    `select sync, ${dialect.isoText('max(slot)')} as slot from ${dialect.table('run_syncs')} where ${inScope(ledger)} ` +
      `and status in ('succeeded', 'rejected', 'held') and slot is not null group by sync`,
  )
  return new Map(rows.map((row) => [asText(row.sync) ?? '', new Date(asText(row.slot) ?? 0)]))
}
