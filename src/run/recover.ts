// Decides what becomes of runs that died: what Braze acknowledged enters the snapshots, what was started without an answer
// enters doubt, the rest is planned again. It reads the dead run's own tables, never the project of today. Stage 3.

import type { Lease } from '../ledger/lease.ts'
import { readPlanSyncs } from '../ledger/plans.ts'
import { deadRuns, type RunRecord } from '../ledger/runs.ts'
import { readSyncs } from '../ledger/syncs.ts'
import type { RunContext } from './context.ts'
import { closeRun, settleRun } from './settle-run.ts'
import { sweep } from './sweep.ts'

export async function recover(context: RunContext, lease: Lease): Promise<void> {
  for (const dead of await deadRuns(context.ledger, lease.fence)) {
    context.progress({ stage: 'recover' })
    context.log.warn('run.recovered', { run: dead.run, phase: dead.phase })
    await recoverRun(context, lease, dead)
  }
}

async function recoverRun(context: RunContext, lease: Lease, dead: RunRecord): Promise<void> {
  const { ledger } = context
  if (dead.phase === 'sending') {
    await settleRun(context, {
      run: dead.run,
      plan: dead.plan,
      lease,
      size: dead.batchSize,
      syncs: await readPlanSyncs(ledger, dead.plan),
      records: await readSyncs(ledger),
      keepsRest: dead.command === 'apply',
    })
  }
  await sweep(ledger, dead)
  await closeRun(ledger, dead.run, {
    status: 'failed',
    error: 'the process died; what Braze had acknowledged was settled by the next run',
  })
}
