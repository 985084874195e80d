// Decides what becomes of an attribute that moved from one living sync to another: its former sync takes it back from all but
// those whom its new one writes, in this run or before, so that no object says two things of one attribute.

import { countDelta, readNumbers } from '../ledger/numbers.ts'
import type { PlanSync } from '../ledger/plans.ts'
import type { Shape } from '../ledger/shape.ts'
import type { Claim, Claims } from '../ledger/slots.ts'
import { type Ledger, literal, oneRow } from '../ledger/sql.ts'
import type { SyncRecord } from '../ledger/syncs.ts'
import type { Writer } from './meetings.ts'

/** What the other living syncs write, whole attributes only: elements of a list are everybody's own. */
export function claimsBeside(
  writers: readonly Writer[],
  known: {
    readonly name: string
    readonly shapes: ReadonlyMap<string, Shape>
    readonly records: ReadonlyMap<string, SyncRecord>
  },
): Claims {
  const claims = new Map<string, Claim[]>()
  for (const { name, orphan, writes } of writers) {
    if (orphan || name === known.name) continue
    const record = known.records.get(name)
    const identity = known.shapes.get(name)?.identity ?? record?.definition?.identity
    for (const { attribute, element } of writes) {
      if (element !== undefined) continue
      const write = record?.definition?.writes.find((one) => one.attribute === attribute && !one.element)
      const held =
        record === undefined || write === undefined
          ? {}
          : { held: { snapshot: record.snapshot, column: write.column } }
      claims.set(attribute, [...(claims.get(attribute) ?? []), { sync: name, identity, ...held }])
    }
  }
  return claims
}

/**
 * Of people of whom an heir speaks in this run too, what a sync would take back is forgotten. An heir that is held says
 * nothing in this run. `judged` looks at the guards again, with fewer removes.
 */
export async function yieldToHeirs(
  ledger: Ledger,
  planned: readonly PlanSync[],
  judged: (planned: PlanSync) => PlanSync,
): Promise<PlanSync[]> {
  const apart: PlanSync[] = []
  for (const one of planned) {
    const { delta } = one
    if (delta === undefined) {
      apart.push(one)
      continue
    }
    const { slots } = one.definition
    const statements = slots.flatMap(({ attribute, heirs = [] }, index) =>
      heirs.flatMap((heir) => {
        const spoken = spokenBy(
          ledger,
          planned.find(({ sync }) => sync === heir.sync),
          attribute,
        )
        return spoken === undefined ? [] : [forget(ledger, delta, { index, spoken })]
      }),
    )
    for (const sql of statements) await ledger.session.run(sql)
    apart.push(statements.length === 0 ? one : judged(await counted(ledger, one, delta)))
  }
  return apart
}

/** Query of (k): people of whom a planned sync says something in this attribute. */
function spokenBy(ledger: Ledger, heir: PlanSync | undefined, attribute: string): string | undefined {
  if (heir?.delta === undefined || heir.heldBy.length > 0) return undefined
  const index = heir.definition.slots.findIndex(
    (slot) => slot.attribute === attribute && slot.target !== undefined,
  )
  return index < 0 ? undefined : `select k from ${ledger.dialect.table(heir.delta)} where s${index}`
}

function forget(ledger: Ledger, delta: string, gone: { index: number; spoken: string }): string {
  const said = `s${gone.index}`
  const lost = `nullif(replace(coalesce(lost, ''), ${literal(ledger.dialect, `[${gone.index}]`)}, ''), '')`
  return `update ${ledger.dialect.table(delta)} set ${said} = false, points = points - 1, lost = ${lost} where ${said} and k in (${gone.spoken})`
}

async function counted(ledger: Ledger, planned: PlanSync, delta: string): Promise<PlanSync> {
  const { dialect, session } = ledger
  const { slots } = planned.definition
  const numbers = readNumbers(await oneRow(session, countDelta(dialect, dialect.table(delta), slots)), slots)
  return { ...planned, numbers: { ...planned.numbers, ...numbers } }
}
