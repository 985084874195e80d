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
  const { outbox, front, accepted, unsure, answers } = names
  const tables = [front, accepted, unsure]
  const own = dialect.isAtomic ? tables : [...tables, answers.acks, answers.refusals]
  const drops = own.map((name) => `drop table if exists ${dialect.table(name)}`)
  // One after another on a connection, all at once where each is a job of its own.
  await Promise.all([dialect.dropTableOrView(dialect.table(outbox)), ...drops].map((sql) => session.run(sql)))
  if (dialect.isAtomic)
    for (const table of ['acks', 'refusals'] as const) await session.run(deleteRows(ledger, table, { run }))
  await endPlan(ledger, plan, command === 'apply')
}
