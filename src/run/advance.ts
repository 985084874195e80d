// Decides what the ledger remembers of a sync once its snapshot has moved: version, size, the definition that holds now, and
// which columns nobody needs any more.

import { checkFence, type Lease } from '../ledger/lease.ts'
import type { PlanSync } from '../ledger/plans.ts'
import { settledDefinition } from '../ledger/register.ts'
import { dropColumn } from '../ledger/snapshot.ts'
import { asNumber, inScope, type Ledger, literal, oneRow } from '../ledger/sql.ts'
import { countDoubt } from '../ledger/standing.ts'
import type { SyncRecord } from '../ledger/syncs.ts'
import type { Session } from '../warehouse/port.ts'

export interface Advance {
  readonly plan: string
  readonly planned: PlanSync
  readonly record: SyncRecord | undefined
  /** Qualified. */
  readonly snapshot: string
  /** Every row was accepted. */
  readonly whole: boolean
  /** Condition that the lease is still ours, see `stillOurs`. */
  readonly fence: string
}

/** Moves the version; keeps the definition of what the snapshot now holds. Returns its size, and the columns it can lose. */
export async function advance(
  ledger: Ledger,
  tx: Session,
  input: Advance,
): Promise<{ size: number; gone: string[] }> {
  const { dialect } = ledger
  const { planned, record, plan } = input
  const size = asNumber((await oneRow(tx, `select count(*) as n from ${input.snapshot}`))?.n)
  const gone = await emptyColumns(ledger, tx, input)
  const writes = (record?.definition?.writes ?? planned.definition.writes).filter(
    (write) => !gone.includes(write.column),
  )
  const createUsers = input.whole
    ? planned.definition.createUsers
    : (record?.definition?.createUsers ?? false)
  const definition = JSON.stringify({ ...settledDefinition(planned, writes), createUsers })
  const movedFrom = `case when moved_by = ${literal(dialect, plan)} then moved_from else version end`
  const source = planned.sourceTime === undefined ? 'source_time' : literal(dialect, planned.sourceTime)
  await tx.run(
    `update ${dialect.table('syncs')} set moved_from = ${movedFrom}, version = version + 1, moved_by = ${literal(dialect, plan)}, size = ${size}, ` +
      `definition = ${literal(dialect, definition)}, source_time = ${source}, settled_at = ${dialect.now} where ${inScope(ledger)} and sync = ${literal(dialect, planned.sync)} and ${input.fence}`,
  )
  return { size, gone }
}

/** Columns of writes that are no longer made, once nobody holds them; a forgotten one when the whole sync is settled. */
async function emptyColumns(ledger: Ledger, tx: Session, input: Advance): Promise<string[]> {
  const { dialect } = ledger
  const { slots } = input.planned.definition
  const today = new Set(slots.flatMap((slot) => (slot.target === undefined ? [] : [slot.target.column])))
  const former = slots.flatMap((slot) =>
    slot.held.filter((write) => !today.has(write.column)).map((write) => ({ slot, write })),
  )
  if (former.length === 0 || !input.whole) return []
  // Braze may hold more of people in doubt than the snapshot says.
  const inDoubt = await countDoubt({ ...ledger, session: tx }, input.planned.sync)
  const counts = await oneRow(
    tx,
    `select ${former.map(({ write }, i) => `${dialect.countIf(`${dialect.ident(write.column)} is not null`)} as n${i}`).join(', ')} from ${input.snapshot}`,
  )
  return former
    .filter(
      ({ slot }, i) => slot.isForgotten === true || (inDoubt === 0 && asNumber(counts?.[`n${i}`]) === 0),
    )
    .map(({ write }) => write.column)
}

/**
 * In a transaction of its own, since DuckDB alters no table whose rows changed in the same one. A crash before it leaves
 * columns that nobody reads; they go when a column of that name is made anew.
 */
export async function dropColumns(
  ledger: Ledger,
  lease: Lease,
  gone: { snapshot: string; columns: readonly string[] },
): Promise<void> {
  await ledger.session.transaction(async (tx) => {
    await checkFence(tx, ledger, lease)
    for (const column of gone.columns) await tx.run(dropColumn(ledger.dialect, gone.snapshot, column))
  })
}
