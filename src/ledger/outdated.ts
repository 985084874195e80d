// Decides which refusals of Braze are outdated before anything is sent: what is not wanted any more, or no longer differs,
// is not rejected any more either, and is not to be listed.

import { valueMark } from './delta-slot.ts'
import type { Marks } from './marks.ts'
import type { Slot } from './slots.ts'
import { inScope, type Ledger, literal } from './sql.ts'

export interface Planned {
  readonly sync: string
  readonly slots: readonly Slot[]
  /** Qualified. */
  readonly candidates: string
  readonly delta: string
  readonly snapshot: string | undefined
  readonly marks: Marks
}

export async function dropOutdated(ledger: Ledger, planned: Planned): Promise<void> {
  const { dialect, session } = ledger
  const rejections = dialect.table('rejections')
  const ours = `${inScope(ledger, 'r')} and r.sync = ${literal(dialect, planned.sync)} and r.source = 'braze'`
  for (const { source, parked, attribute } of planned.marks.refusals(planned.sync)) {
    if (source !== 'braze') continue
    const outdated = parked ? overAndDone(ledger, planned, attribute) : `not ${its(planned.delta)}`
    await session.run(
      `delete from ${rejections} as r where ${ours} and r.parked = ${parked} and r.attribute = ${literal(dialect, attribute)} and ${outdated}`,
    )
  }
}

/** Condition on a parked refusal. It stands while the same value is wanted; a person refused as a whole, while there is one. */
function overAndDone(ledger: Ledger, planned: Planned, attribute: string): string {
  const { dialect } = ledger
  if (attribute === '') {
    const tables = [planned.candidates, ...(planned.snapshot === undefined ? [] : [planned.snapshot])]
    return tables.map((table) => `not ${its(table)}`).join(' and ')
  }
  const marks = planned.slots.flatMap((slot) =>
    slot.attribute === attribute ? (valueMark(dialect, slot) ?? []) : [],
  )
  const same = marks.map((mark) => `${mark} = r.value_mark`)
  return `not ${its(planned.candidates, ['c.bad is not null', ...same].join(' or '))}`
}

/** One join condition and at most one filter: databases find that by hash, whatever the size. */
function its(table: string, filter = 'true'): string {
  return `exists (select 1 from ${table} as c where c.k = r.k and (${filter}))`
}
