// Decides what `plan` does: stages 4 to 6 without a lease, without recovery and without a key, kept until it is applied.

import { newId } from '../ledger/names.ts'
import { countPeople } from '../ledger/numbers.ts'
import { claimDestination, migrate } from '../ledger/open.ts'
import { endPlan, type PlanHead, type PlanSync, savePlan, startPlan } from '../ledger/plans.ts'
import { readSamples, type Sample } from '../ledger/samples.ts'
import { asNumber, oneRow } from '../ledger/sql.ts'
import type { Sync } from '../model/definition.ts'
import type { QueryCost } from '../warehouse/port.ts'
import { openContext, type RunContext, type RunDeps } from './context.ts'
import { pruneHeld } from './keep-books.ts'
import { planAll } from './plan-all.ts'
import { type Orphan, orphansOf } from './writers.ts'

export interface PlanReport {
  readonly plan: string
  readonly createdAt: string
  readonly expiresAt: string
  readonly objects: number
  readonly requests: number
  /** Seconds at the configured ceiling; Braze's own limit may be lower. */
  readonly secondsAtRate: number
  readonly dataPoints: number
  /** At most so many profiles are created. */
  readonly newProfiles: number
  readonly syncs: readonly PlanSync[]
  readonly failed: ReadonlyMap<string, Error>
  readonly samples: ReadonlyMap<string, readonly Sample[]>
  /** What each query costs, where the warehouse bills it. */
  readonly costs: ReadonlyMap<string, QueryCost>
  /** Held before their SQL ran, and why. */
  readonly unread: ReadonlyMap<string, readonly string[]>
  readonly orphans: readonly Orphan[]
}

/** `samples`: how many changes of each sync to show, with identities. */
export async function makePlan(
  deps: RunDeps,
  request: { syncs: readonly Sync[]; samples: number },
): Promise<PlanReport> {
  const context = await openContext(deps)
  try {
    await migrate(context.ledger)
    await claimDestination(context.ledger, { origin: deps.project.braze.endpoint })
    return await planAndSave(context, request)
  } finally {
    await context.close()
  }
}

async function planAndSave(
  context: RunContext,
  request: { syncs: readonly Sync[]; samples: number },
): Promise<PlanReport> {
  const { ledger, project } = context
  const { objectsPerRequest, requestsPerSecond, endpoint } = project.braze
  const now = context.now()
  const head: PlanHead = {
    plan: newId('p', now),
    command: 'plan',
    origin: endpoint,
    objects: 0,
    batchSize: objectsPerRequest,
  }
  await startPlan(ledger, head, request.syncs.length)
  try {
    const set = await planAll(context, {
      run: head.plan,
      plan: head.plan,
      syncs: request.syncs,
      keeps: false,
    })
    const objects = await peopleIn(context, set.planned)
    await savePlan(ledger, { ...head, objects }, { status: 'open', syncs: set.planned })
    for (const { sync } of set.planned) await pruneHeld(context, sync)
    const requests = Math.ceil(objects / objectsPerRequest)
    const samples = new Map<string, readonly Sample[]>()
    if (request.samples > 0)
      for (const sync of set.planned) samples.set(sync.sync, await readSamples(ledger, sync, request.samples))
    return {
      plan: head.plan,
      createdAt: now.toISOString(),
      expiresAt: new Date(now.getTime() + project.planExpireHours * 3_600_000).toISOString(),
      objects,
      requests,
      secondsAtRate: requests / requestsPerSecond,
      dataPoints: sum(set.planned, (sync) => sync.numbers.dataPoints),
      newProfiles: Math.min(
        objects,
        sum(set.planned, (sync) => sync.numbers.newProfiles),
      ),
      syncs: set.planned,
      failed: set.failed,
      costs: set.costs ?? new Map(),
      unread: set.unread ?? new Map(),
      samples,
      orphans: orphansOf(set.records, project.syncs).map(({ sync, size }) => ({ name: sync, size })),
    }
  } catch (error) {
    await endPlan(ledger, head.plan, false)
    throw error
  }
}

async function peopleIn(context: RunContext, planned: readonly PlanSync[]): Promise<number> {
  const { dialect, session } = context.ledger
  const parts = planned
    .filter((sync) => sync.numbers.objects > 0)
    .map((sync) => ({
      identity: sync.definition.identity,
      delta: dialect.table(sync.delta ?? ''),
      slots: sync.definition.slots,
    }))
  if (parts.length === 0) return 0
  return asNumber((await oneRow(session, countPeople(parts)))?.people)
}

const sum = (planned: readonly PlanSync[], of: (sync: PlanSync) => number): number =>
  planned.reduce((total, sync) => total + of(sync), 0)
