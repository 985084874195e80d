// Decides what a run says at its end: the status of each sync and of the whole, and the exit code. Pure.

import type { PlanSync } from '../ledger/plans.ts'
import type { Accepted, SyncReport } from '../ledger/runs.ts'
import { BrazierError } from '../model/errors.ts'
import type { RunStatus, SyncStatus } from '../model/words.ts'
import type { Settled } from './settle-run.ts'

export interface RunReport {
  readonly run: string
  readonly status: RunStatus
  readonly startedAt: string
  readonly seconds: number
  readonly requests: number
  readonly objects: number
  readonly dataPoints: number
  readonly syncs: readonly SyncReport[]
  readonly exitCode: number
  /** Why the run as a whole failed; each sync says its own. */
  readonly error: Error | null
}

export interface SyncOutcome {
  readonly planned: PlanSync | undefined
  readonly settled: Settled | undefined
  readonly error: Error | undefined
  /** The saved plan that waits for a person. */
  readonly heldPlan: string | undefined
  /** Why its SQL was not even run. */
  readonly unread?: readonly string[] | undefined
}

export const NOTHING_ACCEPTED: Accepted = { added: 0, changed: 0, removed: 0, repaired: 0 }

export function syncReport(name: string, kind: SyncReport['kind'], outcome: SyncOutcome): SyncReport {
  const { planned, settled, error } = outcome
  const numbers = planned?.numbers
  return {
    name,
    kind,
    status: statusOf(outcome),
    rows: numbers?.rows ?? 0,
    added: numbers?.added ?? 0,
    changed: numbers?.changed ?? 0,
    removed: numbers?.removed ?? 0,
    unchanged: numbers?.unchanged ?? 0,
    sent: settled?.sent ?? 0,
    rejected: (settled?.refused ?? 0) + (numbers?.withheld ?? 0),
    unknown: settled?.unknown ?? 0,
    accepted: settled?.accepted ?? NOTHING_ACCEPTED,
    dataPoints: settled?.dataPoints ?? 0,
    heldBy: planned?.heldBy ?? outcome.unread ?? [],
    plan: outcome.heldPlan ?? null,
    error: error?.message ?? null,
    hint: error instanceof BrazierError ? (error.hint ?? null) : null,
  }
}

function statusOf({ planned, settled, error, heldPlan, unread }: SyncOutcome): SyncStatus {
  if (error !== undefined) return 'failed'
  if (unread !== undefined) return 'held'
  if (planned === undefined) return 'skipped'
  if (heldPlan !== undefined) return 'held'
  if (settled === undefined || settled.unsent + settled.unknown > 0) return 'partial'
  return settled.refused + planned.numbers.withheld > 0 ? 'rejected' : 'succeeded'
}

/** `failed` only if everything did; `partial` if some failed or were cut; else `held` if some are. */
export function runStatus(statuses: readonly SyncStatus[], failure: Error | undefined): RunStatus {
  if (failure !== undefined) return 'failed'
  const some = (status: SyncStatus) => statuses.includes(status)
  if (statuses.length > 0 && statuses.every((status) => status === 'failed')) return 'failed'
  if (some('failed') || some('partial')) return 'partial'
  return some('held') ? 'held' : 'succeeded'
}

/** 1 before 3 before 4 before 0 (README, "Exit codes"). */
export function exitCode(input: {
  statuses: readonly SyncStatus[]
  failure: { exitCode?: number } | undefined
  fresh: number
}): number {
  if (input.failure !== undefined) return input.failure.exitCode ?? 1
  if (input.statuses.includes('failed')) return 1
  if (input.statuses.includes('held')) return 3
  return input.fresh > 0 ? 4 : 0
}
