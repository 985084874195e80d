// Decides what becomes of runs that died: what Braze acknowledged enters the snapshots, what was started without an answer
// enters doubt, the rest is planned again. It reads the dead run's own tables, never the project of today. Stage 3.

import type { Lease } from '../ledger/lease.ts'
import { tableNames } from '../ledger/names.ts'
import { dropPlanRows, readPlanSyncs, setPlanStatus } from '../ledger/plans.ts'
import { deadRuns, type RunRecord } from '../ledger/runs.ts'
import { readSyncs } from '../ledger/syncs.ts'
import type { Session } from '../warehouse/port.ts'
import type { RunContext } from './context.ts'
import { closeRun, settleRun } from './settle-run.ts'

export async function recover(context: RunContext, lease: Lease): Promise<void> {
  for (const dead of await deadRuns(context.ledger, lease.fence)) {
    context.progress({ stage: 'recover' })
    context.log.warn('run.recovered', { run: dead.run, phase: dead.phase })
    await recoverRun(context, lease, dead)
  }
}

async function recoverRun(context: RunContext, lease: Lease, dead: RunRecord): Promise<void> {
  const { ledger } = context
  const keepsRest = dead.command === 'apply'
  const syncs = await readPlanSyncs(ledger, dead.plan)
  if (dead.phase === 'sending') {
    const records = await readSyncs(ledger)
    await settleRun(context, {
      run: dead.run,
      plan: dead.plan,
      lease,
      size: dead.batchSize,
      syncs,
      records,
      keepsRest,
    })
  }
  if (keepsRest) await setPlanStatus(ledger, dead.plan, 'open')
  else await dropPlanRows(ledger, dead.plan, syncs)
  await dropTables(ledger.session, tableNames(dead.run), (name) => ledger.dialect.table(name))
  await closeRun(ledger, dead.run, {
    status: 'failed',
    error: 'the process died; what Braze had acknowledged was settled by the next run',
  })
}

/** Tables that a run may have left behind before its plan was on record. */
async function dropTables(
  session: Session,
  names: ReturnType<typeof tableNames>,
  table: (name: string) => string,
): Promise<void> {
  for (const name of [names.outbox, names.front, names.accepted, names.unsure, names.scratch])
    await session.run(`drop table if exists ${table(name)}`)
}
