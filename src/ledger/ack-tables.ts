// Decides where the answers of a run that is under way are kept: in the tables that all runs share; or, where only so many
// writes to one table are allowed a day, in two of the run's own.

import { tableNames } from './names.ts'
import { createTable } from './schema.ts'
import type { Ledger } from './sql.ts'

type Of = Pick<Ledger, 'dialect'>

/** Names for `Dialect.table`. */
export function ackTables(
  { dialect }: Of,
  run: string,
): { readonly acks: string; readonly refusals: string } {
  return dialect.isAtomic ? { acks: 'acks', refusals: 'refusals' } : tableNames(run).answers
}

/** Qualified, quoted names. */
export function answersOf(of: Of, run: string): { readonly acks: string; readonly refusals: string } {
  const { acks, refusals } = ackTables(of, run)
  return { acks: of.dialect.table(acks), refusals: of.dialect.table(refusals) }
}

/** Statements to be run before the run may leave traces. */
export function createAckTables(of: Of, run: string): string[] {
  if (of.dialect.isAtomic) return []
  const { acks, refusals } = ackTables(of, run)
  return [createTable(of.dialect, 'acks', acks), createTable(of.dialect, 'refusals', refusals)]
}
