// Decides what the API says of saved plans: their numbers, what holds them, whether they may still be applied, a sample.

import { z } from 'zod'
import { count, limit, maybe, moment, named, planId } from './named.ts'

export const PLAN_STATUSES = [
  'making',
  'open',
  'applying',
  'applied',
  'expired',
  'replaced',
  'rejected',
] as const

const syncOfPlan = named(
  'SyncOfPlan',
  z.strictObject({
    name: z.string(),
    kind: z.string(),
    first_load: z.boolean(),
    rows: count(),
    added: count(),
    changed: count(),
    removed: count(),
    migrated: count(),
    repaired: count(),
    unchanged: count(),
    withheld: count(),
    data_points: count(),
    objects: count(),
    new_profiles: count(),
    size_before: count(),
    lost: z.record(z.string(), count()).describe('People who lose a value, by attribute'),
    held_by: z.array(z.string()),
  }),
)

const planLine = {
  plan: z.string(),
  status: z.enum(PLAN_STATUSES),
  command: z.string().describe('plan (a dry run) or sync (a guard held it)'),
  created_at: moment(),
  expires_at: moment(),
  objects: count().describe('People that it would send'),
  requests: count(),
  seconds_at_rate: z.number().min(0),
  data_points: count(),
  new_profiles: count().describe('At most so many'),
  held: z.boolean().describe('A guard holds some of it: approving it takes the role admin'),
  stale: maybe(z.string()).describe('Why it may not be applied any more; null: it may'),
  syncs: z.array(syncOfPlan),
}

export const planSummary = named('PlanSummary', z.strictObject(planLine))
export type PlanSummary = z.output<typeof planSummary>

const sample = z.strictObject({
  op: z.enum(['add', 'change', 'remove']),
  person: z.string(),
  members: z.string().describe('What would be sent, as the members of a JSON object'),
})

export const planDetail = named(
  'Plan',
  z.strictObject({
    ...planLine,
    samples: maybe(z.record(z.string(), z.array(sample))).describe(
      'Some changes of each sort, by sync; null for the role viewer, since they name people',
    ),
  }),
)
export type PlanDetail = z.output<typeof planDetail>

export const planList = named(
  'PlanPage',
  z.strictObject({ plans: z.array(planSummary).describe('Newest first'), next: maybe(z.string()) }),
)

export const plansQuery = z.strictObject({
  status: z.enum(PLAN_STATUSES).optional(),
  limit: limit(20, 100),
  before: planId().optional().describe('Only plans older than this one'),
})

export const planQuery = z.strictObject({
  samples: z.coerce.number().int().min(0).max(100).default(5).describe('Of each sort of change'),
})

export const planRejected = named(
  'PlanRejected',
  z.strictObject({ plan: z.string(), status: z.enum(PLAN_STATUSES) }),
)
