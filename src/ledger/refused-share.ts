// Decides how much of a sync was answered, and how much of that refused, while its run is still sending. Batches and their
// refusals are on record together, so both counts are of one moment.

import { answersOf } from './ack-tables.ts'
import type { OutboxPart } from './outbox.ts'
import { isSilent } from './said.ts'
import { asNumber, asText, inScope, type Ledger, literal, oneRow } from './sql.ts'

export interface Answered {
  /** Objects (people) of answered batches. */
  readonly objects: number
  /** People refused, by attribute; '' for the person as a whole. */
  readonly refused: ReadonlyMap<string, number>
}

export async function readAnswered(ledger: Ledger, run: string): Promise<Answered> {
  const { dialect, session } = ledger
  const ours = `${inScope(ledger)} and run = ${literal(dialect, run)}`
  const { acks, refusals } = answersOf(ledger, run)
  const rows = await session.rows(
    `select attribute, count(*) as n from ${refusals} where ${ours} group by attribute ` +
      `union all select null, coalesce(sum(last_seq - first_seq + 1), 0) from ${acks} where ${ours} and outcome = 'accepted'`,
  )
  const refused = new Map(
    rows.flatMap((row) => (row.attribute === null ? [] : [[asText(row.attribute) ?? '', asNumber(row.n)]])),
  )
  return { objects: asNumber(rows.find((row) => row.attribute === null)?.n), refused }
}

/** Exactly how many rows of one sync were answered: reads the outbox, so only for a sync that looks poisoned. */
export async function answeredRows(
  ledger: Ledger,
  input: { run: string; outbox: string; size: number; part: OutboxPart },
): Promise<number> {
  const { dialect, session } = ledger
  const { part } = input
  const batch = (seq: string) => dialect.divide(seq, String(input.size))
  const acks = `select ${batch('first_seq')} from ${answersOf(ledger, input.run).acks} where ${inScope(ledger)} and run = ${literal(dialect, input.run)} and outcome = 'accepted'`
  const people = `select o.k from ${input.outbox} as o where o.identity = ${literal(dialect, part.identity)} and ${batch('o.seq')} in (${acks})`
  const row = await oneRow(
    session,
    `select count(*) as n from ${part.delta} as d where not (${isSilent(part.slots, 'd')}) and d.k in (${people})`,
  )
  return asNumber(row?.n)
}
