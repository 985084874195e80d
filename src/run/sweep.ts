// Decides what a run leaves behind once everything is settled: nothing but its rows in the ledger's own tables. A run that
// died before it came here is swept by the next one.

import { tableNames } from '../ledger/names.ts'
import { endPlan } from '../ledger/plans.ts'
import { deleteRows, type Ledger } from '../ledger/sql.ts'

export async function sweep(
  ledger: Ledger,
  { run, plan, command }: { readonly run: string; readonly plan: string; readonly command: string },
): Promise<void> {
  const { dialect, session } = ledger
  const names = tableNames(run)
  for (const name of [names.outbox, names.front, names.accepted, names.unsure, names.scratch])
    await session.run(`drop table if exists ${dialect.table(name)}`)
  for (const table of ['acks', 'refusals'] as const) await session.run(deleteRows(ledger, table, { run }))
  await endPlan(ledger, plan, command === 'apply')
}
