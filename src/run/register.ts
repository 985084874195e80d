// Decides the moment at which a run starts to be able to leave traces in Braze: every sync is registered in one
// transaction under the fence, and only then does the run's phase become `sending`.

import { createAckTables } from '../ledger/ack-tables.ts'
import { checkFence, type Lease } from '../ledger/lease.ts'
import type { PlanSync } from '../ledger/plans.ts'
import { registerSync } from '../ledger/register.ts'
import { updateRows } from '../ledger/sql.ts'
import { recordFor, type SyncRecord } from '../ledger/syncs.ts'
import type { RunContext } from './context.ts'

export async function beginSending(
  context: RunContext,
  input: { run: string; lease: Lease; syncs: readonly PlanSync[]; records: ReadonlyMap<string, SyncRecord> },
): Promise<void> {
  const { ledger } = context
  await ledger.session.transaction(async (tx) => {
    await checkFence(tx, ledger, input.lease)
    for (const planned of input.syncs) {
      await registerSync(ledger, tx, {
        planned,
        record: recordFor(input.records, { ...planned.definition, name: planned.sync }),
      })
    }
    for (const sql of createAckTables(ledger, input.run)) await tx.run(sql)
    // Last: what recovery reads is there from now on.
    await tx.run(
      updateRows({ ...ledger, session: tx }, 'runs', {
        set: { phase: 'sending' },
        where: { run: input.run },
      }),
    )
  })
}
