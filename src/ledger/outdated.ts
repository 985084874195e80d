// Decides which refusals of Braze are outdated before anything is sent: what is not wanted any more, or no longer differs,
// is not rejected any more either, and is not to be listed.

import { valueMark } from './delta-slot.ts'
import type { Slot } from './slots.ts'
import { inScope, type Ledger, literal, oneRow } from './sql.ts'

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
  if ((await oneRow(session, `select 1 as ok from ${rejections} where ${ours} limit 1`)) === undefined) return
  const its = (table: string) => `exists (select 1 from ${table} as x where x.k = ${rejections}.k)`
  const known = [planned.candidates, ...(planned.snapshot === undefined ? [] : [planned.snapshot])].map(its)
  const wanted = planned.slots.flatMap((slot) => {
    const mark = valueMark(dialect, slot)
    if (mark === undefined) return []
    const same = `select 1 from ${planned.candidates} as c where c.k = ${rejections}.k and (c.bad is not null or ${mark} = ${rejections}.value_mark)`
    return [`(attribute = ${literal(dialect, slot.attribute)} and exists (${same}))`]
  })
  const outdated = [
    `(not parked and not ${its(planned.delta)})`,
    `(parked and attribute = '' and not (${known.join(' or ')}))`,
    `(parked and attribute <> '' and not (${wanted.join(' or ') || 'false'}))`,
  ]
  await session.run(`delete from ${rejections} where ${ours} and (${outdated.join(' or ')})`)
}
