// Decides the moment at which a run starts to be able to leave traces in Braze: every sync is registered in one
// transaction under the fence, and only then does the run's phase become `sending`.

import { checkFence, type Lease } from '../ledger/lease.ts'
import type { PlanSync } from '../ledger/plans.ts'
import { registerSync } from '../ledger/register.ts'
import { updateRows } from '../ledger/sql.ts'
import type { SyncRecord } from '../ledger/syncs.ts'
import type { RunContext } from './context.ts'

export async function beginSending(
  context: RunContext,
  input: { run: string; lease: Lease; syncs: readonly PlanSync[]; records: ReadonlyMap<string, SyncRecord> },
): Promise<void> {
  const { ledger } = context
  await ledger.session.transaction(async (tx) => {
    await checkFence(tx, ledger, input.lease)
    for (const planned of input.syncs) {
      await registerSync(ledger, tx, { planned, record: recordOf(input.records, planned) })
    }
    await tx.run(
      updateRows({ ...ledger, session: tx }, 'runs', {
        set: { phase: 'sending' },
        where: { run: input.run },
      }),
    )
  })
}

/** The record under today's name, or under the former one that `was:` gives. */
export function recordOf(
  records: ReadonlyMap<string, SyncRecord>,
  planned: { sync: string; definition: { was?: string } },
): SyncRecord | undefined {
  const { was } = planned.definition
  return records.get(planned.sync) ?? (was === undefined ? undefined : records.get(was))
}
