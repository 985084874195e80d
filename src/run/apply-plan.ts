// Decides what `apply` does: sends exactly what a saved plan holds, or refuses it as stale. A person's way to let a held
// sync through; if it dies it can be applied again, since what was accepted has left the plan.

import { migrate } from '../ledger/open.ts'
import { dropPlanRows, type PlanSync, readPlan, type SavedPlan, setPlanStatus } from '../ledger/plans.ts'
import { readSyncs, recordFor, type SyncRecord } from '../ledger/syncs.ts'
import type { Project } from '../model/definition.ts'
import { StalePlanError, UsageError } from '../model/errors.ts'
import type { RunContext, RunDeps } from './context.ts'
import { openContext } from './context.ts'
import { deliver } from './deliver.ts'
import { noteSyncs } from './keep-books.ts'
import type { RunReport } from './report.ts'
import { inRun } from './run.ts'

export async function applyPlan(
  deps: RunDeps,
  request: { plan: string; waitSeconds: number; run?: string },
): Promise<RunReport> {
  const saved = await findPlan(deps, request.plan)
  const syncs = saved.syncs.map((sync) => ({ name: sync.sync, kind: sync.definition.kind, hash: sync.hash }))
  return await inRun(deps, { ...request, command: 'apply', syncs }, async (context, current) => {
    const { plan, records } = await checked(context, request.plan)
    // A person has let them through.
    const planned = plan.syncs.map((sync) => ({ ...sync, heldBy: [] }))
    const set = { planned, failed: new Map(), records }
    await setPlanStatus(context.ledger, plan.plan, 'applying')
    await noteSyncs(context, {
      run: current.run,
      set,
      held: new Map(),
      slots: new Map(),
      syncs,
    })
    const delivered = await deliver(context, { ...current, syncs: planned, records, keepsRest: true })
    const whole =
      delivered.failure === undefined &&
      [...delivered.settled.values()].every((settled) => settled.unsent + settled.unknown === 0)
    await setPlanStatus(context.ledger, plan.plan, whole ? 'applied' : 'open')
    if (whole) await dropPlanRows(context.ledger, plan.plan)
    return { set, held: new Map(), delivered }
  })
}

/** Before the lease, so that a mistyped id is answered at once. */
async function findPlan(deps: RunDeps, id: string): Promise<SavedPlan> {
  const context = await openContext(deps)
  try {
    await migrate(context.ledger)
    const plan = await readPlan(context.ledger, id)
    if (plan !== undefined) return plan
    throw new UsageError(
      `there is no plan ${id} in project ${deps.project.name}, workspace ${deps.project.braze.workspace}`,
      { hint: '`brazier status` names the plans that wait.' },
    )
  } finally {
    await context.close()
  }
}

async function checked(
  context: RunContext,
  id: string,
): Promise<{ plan: SavedPlan; records: ReadonlyMap<string, SyncRecord> }> {
  const records = await readSyncs(context.ledger)
  const plan = await readPlan(context.ledger, id)
  if (plan === undefined) throw new StalePlanError(`plan ${id} is gone`)
  const reason = staleness(plan, { records, project: context.project })
  if (reason !== undefined)
    throw new StalePlanError(`plan ${id} is stale: ${reason}`, {
      hint: 'Nothing was sent. Make a new one with `brazier plan`.',
    })
  return { plan, records }
}

const ENDINGS: Readonly<Record<string, string>> = {
  applied: 'it has been applied',
  expired: 'it has expired',
  replaced: 'newer plans have replaced it',
  rejected: 'it has been rejected',
  making: 'it was never finished',
}

/** Why a plan may not be applied; undefined when it may. Pure. */
export function staleness(
  plan: SavedPlan,
  now: { records: ReadonlyMap<string, SyncRecord>; project: Project },
): string | undefined {
  const { project, records } = now
  if (plan.status !== 'open' && plan.status !== 'applying')
    return ENDINGS[plan.status] ?? `it is ${plan.status}`
  if (plan.ageHours > project.planExpireHours) return `it is older than ${project.planExpireHours} hours`
  if (plan.origin !== project.braze.endpoint) return `it was made for ${plan.origin}`
  for (const sync of plan.syncs) {
    const reason = staleSync(plan.plan, sync, {
      record: recordFor(records, { ...sync.definition, name: sync.sync }),
      project,
    })
    if (reason !== undefined) return reason
  }
  return undefined
}

function staleSync(
  plan: string,
  sync: PlanSync,
  now: { record: SyncRecord | undefined; project: Project },
): string | undefined {
  const { record } = now
  if (sync.delta === undefined) return `the rows of ${sync.sync} are gone, newer plans have replaced them`
  const living = now.project.syncs.find((one) => one.name === sync.sync)
  if (living?.hash !== sync.hash)
    return living === undefined
      ? `the file of ${sync.sync} is gone`
      : `the definition of ${sync.sync} has changed`
  const version = record?.version ?? 0
  const byThisPlan = record?.movedBy === plan && record.movedFrom === sync.version
  return version === sync.version || byThisPlan
    ? undefined
    : `the snapshot of ${sync.sync} has moved on since`
}
