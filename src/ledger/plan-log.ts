// Decides which saved plans a list shows.

import { readPlan, type SavedPlan } from './plans.ts'
import { asText, inScope, type Ledger, literal } from './sql.ts'

export interface PlanPageQuery {
  readonly limit: number
  readonly before: string | undefined
  readonly status: string | undefined
  /** An open plan that is older counts as expired, whether it is on record as such yet or not. */
  readonly expireHours: number
}

/** Newest first. */
export async function readPlanPage(ledger: Ledger, query: PlanPageQuery): Promise<SavedPlan[]> {
  const { dialect, session } = ledger
  const rows = await session.rows(
    `select plan from ${dialect.table('plans')} where ${inScope(ledger)} and ${conditions(ledger, query).join(' and ')} ` +
      `order by plan desc limit ${query.limit}`,
  )
  const plans: SavedPlan[] = []
  for (const row of rows) {
    const plan = await readPlan(ledger, asText(row.plan) ?? '')
    if (plan !== undefined) plans.push(plan)
  }
  return plans
}

function conditions({ dialect }: Ledger, { before, status, expireHours }: PlanPageQuery): string[] {
  const since = dialect.plusSeconds(dialect.now, -Math.round(expireHours * 3600))
  return [
    'true',
    ...(before === undefined ? [] : [`plan < ${literal(dialect, before)}`]),
    ...(status === undefined ? [] : ofStatus(literal(dialect, status), since)),
  ]
}

function ofStatus(status: string, since: string): string[] {
  if (status === `'open'`) return [`status = 'open'`, `created_at >= ${since}`]
  if (status === `'expired'`)
    return [`(status = 'expired' or (status in ('open', 'making') and created_at < ${since}))`]
  return [`status = ${status}`]
}
