// Decides what stands against a person beside the snapshot: doubt, refresh, parked refusals, erasure. Each is a query for
// the delta, or nothing when nobody is concerned, so that a quiet run pays nothing for them.

import type { Identity } from '../model/words.ts'
import type { Marks } from './marks.ts'
import type { Slot } from './slots.ts'
import { asNumber, inScope, type Ledger, literal, oneRow } from './sql.ts'

export interface Standing {
  readonly sync: string
  readonly identity: Identity
  readonly slots: readonly Slot[]
  readonly marks: Marks
}

const exists = async (ledger: Ledger, from: string): Promise<boolean> =>
  (await oneRow(ledger.session, `select 1 as ok from ${from} limit 1`)) !== undefined

/**
 * The reasons of a doubt that the next run ends by sending. The other one, `omitted`, waits: Braze may hold a value where the
 * query now says NULL, under `nulls: omit`.
 */
export const SENT_AGAIN = `reason <> 'omitted'`

/** (k, hard, whole), see DeltaInput: people in doubt, and rows of an update-only sync that are to be sent again. */
export async function doubtQuery(
  ledger: Ledger,
  standing: Standing & {
    readonly refresh:
      | {
          readonly snapshot: string
          readonly days: number
          readonly size: number
          /** The snapshot has the column; that of a sync that was never update-only gets it once a run begins to send. */
          readonly hasSentAt: boolean
        }
      | undefined
    /** Snapshot of a sync that was update-only and no longer is. */
    readonly owed?: string
  },
): Promise<string | undefined> {
  const { dialect } = ledger
  const doubt = `${dialect.table('doubt')} where ${inScope(ledger)} and sync = ${literal(dialect, standing.sync)}`
  const parts: string[] = []
  if (standing.marks.inDoubt(standing.sync))
    parts.push(`select k, reason <> 'resync' as hard, ${SENT_AGAIN} as whole from ${doubt}`)
  // Sent update-only so far: Braze said yes for people whom it does not have, and who may be created from now on.
  if (standing.owed !== undefined && (await exists(ledger, `${standing.owed} where sent_at is not null`)))
    parts.push(`select k, false as hard, true as whole from ${standing.owed} where sent_at is not null`)
  if (standing.refresh !== undefined) {
    const { snapshot, days, size, hasSentAt } = standing.refresh
    // Accepted while profiles were created: as old as its person's membership.
    const age = hasSentAt ? 'coalesce(sent_at, since)' : 'since'
    const old = `${snapshot} where ${age} < ${dialect.plusSeconds(dialect.now, -Math.round(days * 86_400))}`
    // Spread over a day of hourly runs, oldest first, so that one first load does not come back as one burst.
    const share = Math.max(1000, Math.ceil(size / 24))
    if (await exists(ledger, old))
      parts.push(
        `select * from (select k, false as hard, true as whole from ${old} order by ${age} limit ${share}) as r`,
      )
  }
  if (parts.length === 0) return undefined
  return `select k, ${dialect.boolOr('hard')} as hard, ${dialect.boolOr('whole')} as whole from (${parts.join(' union all ')}) as u group by k`
}

/** (k, whole, p<i>): digests of parked refusals. */
export function parkedQuery(
  ledger: Ledger,
  standing: Standing,
): { query: string; slots: ReadonlySet<number> } | undefined {
  const { dialect } = ledger
  const from = `${dialect.table('rejections')} where ${inScope(ledger)} and sync = ${literal(dialect, standing.sync)} and source = 'braze' and parked`
  const parked = standing.marks
    .refusals(standing.sync)
    .filter((mark) => mark.source === 'braze' && mark.parked)
  if (parked.length === 0) return undefined
  const attributes = new Set(parked.map(({ attribute }) => attribute))
  const slots = standing.slots.flatMap((slot, i) => (attributes.has(slot.attribute) ? [i] : []))
  const columns = slots.map(
    (i) =>
      `max(case when attribute = ${literal(dialect, standing.slots[i]?.attribute ?? '')} then value_mark end) as p${i}`,
  )
  return {
    query: `select ${['k', `max(case when attribute = '' then value_mark end) as whole`, ...columns].join(', ')} from ${from} group by k`,
    slots: new Set(slots),
  }
}

/** (k_mark): digests of the erased. */
export function erasedQuery(
  ledger: Ledger,
  standing: Pick<Standing, 'identity' | 'marks'>,
): string | undefined {
  const { dialect } = ledger
  const from = `${dialect.table('tombstones')} where ${inScope(ledger)} and identity = ${literal(dialect, standing.identity)}`
  return standing.marks.isErased(standing.identity) ? `select k_mark from ${from}` : undefined
}

/** How many people of a sync are to be sent again because they are in doubt. */
export async function countDoubt(ledger: Ledger, sync: string): Promise<number> {
  const { dialect } = ledger
  const row = await oneRow(
    ledger.session,
    `select count(*) as n from ${dialect.table('doubt')} where ${inScope(ledger)} and sync = ${literal(dialect, sync)} and ${SENT_AGAIN}`,
  )
  return asNumber(row?.n)
}
