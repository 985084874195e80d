// Decides what each sort of run does: syncs, those that are due, a saved plan, or only a plan.

import { readPauses } from '../ledger/pauses.ts'
import type { Trigger } from '../ledger/triggers.ts'
import type { Sync } from '../model/definition.ts'
import { LeaseHeldError, UsageError } from '../model/errors.ts'
import { lastSlot } from '../project/schedule.ts'
import { selectSyncs } from '../project/select-syncs.ts'
import { applyPlan } from '../run/apply-plan.ts'
import type { RunDeps } from '../run/context.ts'
import { type DueSync, dueSyncs, slotsNow } from '../run/due.ts'
import { makePlan, type PlanReport } from '../run/make-plan.ts'
import type { RunReport } from '../run/report.ts'
import { runSyncs } from '../run/run.ts'
import type { House } from './house.ts'

export interface Done {
  readonly report?: RunReport
  readonly plan?: PlanReport
}

interface Task {
  readonly trigger: Trigger
  readonly due: readonly DueSync[] | undefined
}

/** How long one try waits for the lease; whoever was asked for tries again. */
const WAIT_SECONDS = 60

export async function act(house: House, { trigger, due }: Task, deps: RunDeps): Promise<Done> {
  if (due !== undefined) return { report: await runDue(trigger, due, deps) }
  if (trigger.command === 'plan')
    return { plan: await makePlan(deps, { syncs: selected(trigger, deps), samples: 0 }) }
  return { report: await waiting(deps, () => runAsked(house, trigger, deps)) }
}

const selected = ({ selection }: Trigger, { project }: RunDeps): Sync[] =>
  selectSyncs(project.syncs, selection)

async function runAsked(house: House, trigger: Trigger, deps: RunDeps): Promise<RunReport> {
  const { run, plan } = trigger
  if (plan !== null) return await applyPlan(deps, { plan, run, waitSeconds: WAIT_SECONDS })
  const { bySync } = await house.look(readPauses)
  const syncs = selected(trigger, deps).filter((sync) => !bySync.has(sync.name))
  if (syncs.length === 0) throw new UsageError('all syncs that were asked for are paused')
  return await runSyncs(deps, {
    run,
    syncs,
    command: 'sync',
    waitSeconds: WAIT_SECONDS,
    slots: slots(syncs, deps.now()),
  })
}

/** Whoever holds the lease may take hours; a trigger is not lost for that. */
async function waiting(deps: RunDeps, work: () => Promise<RunReport>): Promise<RunReport> {
  for (;;) {
    deps.stop.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof LeaseHeldError)) throw error
    }
  }
}

async function runDue({ run }: Trigger, due: readonly DueSync[], deps: RunDeps): Promise<RunReport> {
  const syncs = due.map(({ sync }) => sync)
  const now = deps.now()
  return await runSyncs(deps, {
    run,
    syncs,
    command: 'sync',
    waitSeconds: 0,
    slots: slots(syncs, now),
    stillDue: (covered) =>
      dueSyncs(syncs, { covered, now, lastSlot: (schedule) => lastSlot(schedule, now) }).map(
        ({ sync }) => sync,
      ),
  })
}

const slots = (syncs: readonly Sync[], now: Date) => slotsNow(syncs, (schedule) => lastSlot(schedule, now))
