// Decides which refusals of Braze are outdated before anything is sent: what is not wanted any more, or no longer differs,
// is not rejected any more either, and is not to be listed.

import { valueMark } from './delta-slot.ts'
import type { Slot } from './slots.ts'
import { inScope, type Ledger, literal } from './sql.ts'

export interface Planned {
  readonly sync: string
  readonly slots: readonly Slot[]
  /** Qualified. */
  readonly candidates: string
  readonly delta: string
  readonly snapshot: string | undefined
}

export async function dropOutdated(ledger: Ledger, planned: Planned): Promise<void> {
  const { dialect, session } = ledger
  const rejections = dialect.table('rejections')
  const ours = `${inScope(ledger)} and sync = ${literal(dialect, planned.sync)} and source = 'braze'`
  const sorts = await session.rows(`select distinct parked, attribute from ${rejections} where ${ours}`)
  for (const { parked, attribute } of sorts) {
    const outdated =
      parked === true ? overAndDone(ledger, planned, String(attribute)) : `not ${its(ledger, planned.delta)}`
    await session.run(
      `delete from ${rejections} where ${ours} and parked = ${parked === true} and attribute = ${literal(dialect, String(attribute))} and ${outdated}`,
    )
  }
}

/** Condition on a parked refusal. It stands while the same value is wanted; a person refused as a whole, while there is one. */
function overAndDone(ledger: Ledger, planned: Planned, attribute: string): string {
  const { dialect } = ledger
  if (attribute === '') {
    const tables = [planned.candidates, ...(planned.snapshot === undefined ? [] : [planned.snapshot])]
    return tables.map((table) => `not ${its(ledger, table)}`).join(' and ')
  }
  const marks = planned.slots.flatMap((slot) =>
    slot.attribute === attribute ? (valueMark(dialect, slot) ?? []) : [],
  )
  const same = marks.map((mark) => `${mark} = ${dialect.table('rejections')}.value_mark`)
  return `not ${its(ledger, planned.candidates, ['c.bad is not null', ...same].join(' or '))}`
}

/** One join condition and at most one filter: databases find that by hash, whatever the size. */
function its({ dialect }: Ledger, table: string, filter = 'true'): string {
  return `exists (select 1 from ${table} as c where c.k = ${dialect.table('rejections')}.k and (${filter}))`
}
