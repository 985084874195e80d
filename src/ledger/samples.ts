// Decides which changes of a plan a person is shown: a few of each kind, identities included, for a terminal only.

import type { PlanSync } from './plans.ts'
import { saidText } from './said.ts'
import { asText, type Ledger } from './sql.ts'

export interface Sample {
  readonly op: string
  readonly person: string
  /** What would be sent, as JSON members; empty when nothing is. */
  readonly members: string
}

export async function readSamples(ledger: Ledger, planned: PlanSync, count: number): Promise<Sample[]> {
  const { dialect, session } = ledger
  if (planned.delta === undefined) return []
  const delta = dialect.table(planned.delta)
  const members = saidText(dialect, planned.definition.slots, 'd')
  const each = ['add', 'change', 'remove'].map(
    (op) =>
      `(select d.op, d.k, ${members} as members from ${delta} as d where d.op = '${op}' order by d.k limit ${count})`,
  )
  const rows = await session.rows(`select op, k, members from (${each.join(' union all ')}) as s`)
  return rows.map((row) => ({
    op: asText(row.op) ?? '',
    person: asText(row.k) ?? '',
    members: asText(row.members) ?? '',
  }))
}
