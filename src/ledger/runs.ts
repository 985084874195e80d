// Decides how runs are found again, and what a run says of each sync.

import type { RunnableKind, RunStatus, SyncStatus } from '../model/words.ts'
import { asNumber, asText, inScope, type Ledger } from './sql.ts'

export interface RunRecord {
  readonly run: string
  readonly command: string
  readonly plan: string
  readonly status: RunStatus
  readonly phase: string
  readonly fence: number
  readonly batchSize: number
}

/** Runs that died: on record as running, under a lease number older than `fence`. */
export async function deadRuns(ledger: Ledger, fence: number): Promise<RunRecord[]> {
  const { dialect, session } = ledger
  const rows = await session.rows(
    `select run, command, plan, status, phase, fence, batch_size from ${dialect.table('runs')} where ${inScope(ledger)} and status = 'running' and fence < ${fence} order by run`,
  )
  return rows.map((row) => ({
    run: asText(row.run) ?? '',
    command: asText(row.command) ?? '',
    plan: asText(row.plan) ?? '',
    status: 'running',
    phase: asText(row.phase) ?? '',
    fence: asNumber(row.fence),
    batchSize: asNumber(row.batch_size),
  }))
}

export interface Accepted {
  readonly added: number
  readonly changed: number
  readonly removed: number
  /** People in doubt, or asked for, of whom nothing had changed. */
  readonly repaired: number
}

/** What a run says of one sync at its end. Counts are people unless named otherwise. */
export interface SyncReport {
  readonly name: string
  readonly kind: RunnableKind
  readonly status: SyncStatus
  readonly rows: number
  readonly added: number
  readonly changed: number
  readonly removed: number
  readonly unchanged: number
  readonly sent: number
  readonly rejected: number
  readonly unknown: number
  /** Of what was planned, all that Braze took, or that needed no request. */
  readonly accepted: Accepted
  readonly dataPoints: number
  readonly heldBy: readonly string[]
  readonly plan: string | null
  readonly error: string | null
  /** What to do about the error. */
  readonly hint: string | null
}
