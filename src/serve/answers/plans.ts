// Decides what the API answers about saved plans, and what approving and rejecting one does.

import { readPauses } from '../../ledger/pauses.ts'
import { readPlanPage } from '../../ledger/plan-log.ts'
import { dropPlanRows, type PlanSync, readPlan, type SavedPlan, setPlanStatus } from '../../ledger/plans.ts'
import { readSamples } from '../../ledger/samples.ts'
import type { Ledger } from '../../ledger/sql.ts'
import { readSyncs, type SyncRecord } from '../../ledger/syncs.ts'
import type { Project } from '../../model/definition.ts'
import { staleness } from '../../run/apply-plan.ts'
import { plannedJson } from '../../run/counts-json.ts'
import { PLAN_STATUSES, type PlanDetail, type PlanSummary } from '../api/plan-shapes.ts'
import type { House } from '../house.ts'
import { mayDo, type Person } from '../http/auth.ts'
import type { Answers } from '../http/bind.ts'
import { ApiError } from '../http/problem.ts'
import { demand } from '../http/server.ts'
import type { Runner } from '../runner.ts'
import { paused, refuseWhenStopping } from './runs.ts'

type PlanAnswers = Pick<Answers, 'listPlans' | 'readPlan' | 'approvePlan' | 'rejectPlan'>

export function planAnswers(house: House, runner: Runner): PlanAnswers {
  return {
    async listPlans({ query }) {
      const project = house.project.current()
      const { plans, records } = await house.look(async (ledger) => ({
        plans: await readPlanPage(ledger, {
          ...query,
          limit: query.limit + 1,
          before: query.before,
          status: query.status,
          expireHours: project.planExpireHours,
        }),
        records: await readSyncs(ledger),
      }))
      const shown = plans.slice(0, query.limit)
      return {
        plans: shown.map((plan) => planSummaryOf(plan, { project, records })),
        next: plans.length > query.limit ? (shown.at(-1)?.plan ?? null) : null,
      }
    },
    readPlan: ({ params, query, person }) =>
      house.look(async (ledger) => {
        const { plan, summary } = await standing(house, ledger, params.id)
        return { ...summary, samples: await samplesOf(ledger, plan, { person, count: query.samples }) }
      }),
    async approvePlan({ params, person }) {
      refuseWhenStopping(house)
      await house.project.refresh()
      const { summary, pauses } = await house.look(async (ledger) => ({
        ...(await standing(house, ledger, params.id)),
        pauses: await readPauses(ledger),
      }))
      if (summary.held) demand(person, 'admin')
      if (summary.stale !== null) throw stale(params.id, summary.stale)
      if (pauses.all !== undefined || summary.syncs.some(({ name }) => pauses.bySync.has(name)))
        throw paused(pauses.all !== undefined)
      const asked = await runner.ask({
        command: 'apply',
        selection: [],
        plan: params.id,
        askedBy: person.name,
      })
      return { ...asked, left_out: [] }
    },
    rejectPlan: ({ params, person }) =>
      house.look(async (ledger) => {
        const { plan, summary } = await standing(house, ledger, params.id)
        if (summary.held) demand(person, 'admin')
        if (plan.status !== 'open') throw stale(params.id, `it is ${summary.status}`)
        // Its status first: whoever applies it looks at that.
        await setPlanStatus(ledger, params.id, 'rejected')
        await dropPlanRows(ledger, params.id)
        house.log.info('service.plan_rejected', { plan: params.id, by: person.name })
        return { plan: params.id, status: 'rejected' }
      }),
  }
}

const stale = (plan: string, reason: string) =>
  new ApiError('plan_stale', {
    detail: `plan ${plan} may not be applied: ${reason}`,
    hint: 'Make a new one: POST /api/v1/runs with dry_run.',
  })

async function standing(
  house: House,
  ledger: Ledger,
  id: string,
): Promise<{ plan: SavedPlan; summary: PlanSummary }> {
  const plan = await readPlan(ledger, id)
  if (plan === undefined) throw new ApiError('not_found', { detail: 'there is no such plan' })
  const project = house.project.current()
  return { plan, summary: planSummaryOf(plan, { project, records: await readSyncs(ledger) }) }
}

async function samplesOf(
  ledger: Ledger,
  { syncs }: SavedPlan,
  { person, count }: { readonly person: Person; readonly count: number },
): Promise<PlanDetail['samples']> {
  if (!mayDo(person, 'operator')) return null
  const found: NonNullable<PlanDetail['samples']> = {}
  if (count > 0)
    for (const sync of syncs)
      found[sync.sync] = (await readSamples(ledger, sync, count)).map((sample) => ({
        ...sample,
        op: sample.op as 'add' | 'change' | 'remove',
      }))
  return found
}

function planSummaryOf(
  plan: SavedPlan,
  { project, records }: { readonly project: Project; readonly records: ReadonlyMap<string, SyncRecord> },
): PlanSummary {
  const { objectsPerRequest, requestsPerSecond } = project.braze
  const requests = Math.ceil(plan.objects / objectsPerRequest)
  const isOver =
    (plan.status === 'open' || plan.status === 'making') && plan.ageHours > project.planExpireHours
  const sum = (of: (sync: PlanSync) => number) => plan.syncs.reduce((total, sync) => total + of(sync), 0)
  return {
    plan: plan.plan,
    status: isOver ? 'expired' : (PLAN_STATUSES.find((status) => status === plan.status) ?? 'expired'),
    command: plan.command,
    created_at: plan.createdAt,
    expires_at: new Date(Date.parse(plan.createdAt) + project.planExpireHours * 3_600_000).toISOString(),
    objects: plan.objects,
    requests,
    seconds_at_rate: requests / requestsPerSecond,
    data_points: sum(({ numbers }) => numbers.dataPoints),
    new_profiles: Math.min(
      plan.objects,
      sum(({ numbers }) => numbers.newProfiles),
    ),
    held: plan.syncs.some(({ heldBy }) => heldBy.length > 0),
    stale: staleness(plan, { records, project }) ?? null,
    syncs: plan.syncs.map(syncOfPlan),
  }
}

function syncOfPlan({ sync, definition, numbers, heldBy }: PlanSync): PlanSummary['syncs'][number] {
  return {
    name: sync,
    kind: definition.kind,
    ...plannedJson({ numbers }),
    size_before: numbers.sizeBefore,
    held_by: [...heldBy],
  }
}
