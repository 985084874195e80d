// Decides the object that `plan --json` prints. Pure.

import { plannedJson } from '../../run/counts-json.ts'
import type { PlanReport } from '../../run/make-plan.ts'
import { hintOf } from './failed-syncs.ts'

type Kinds = ReadonlyMap<string, string>

export function planJson(report: PlanReport, kinds: Kinds): unknown {
  const failed = [...report.failed].map(([name, error]) => failedSync(name, kinds, error))
  const unread = [...report.unread].map(([name, reasons]) => ({
    ...emptySync(name, kinds),
    held_by: [...reasons],
  }))
  return {
    plan: report.plan,
    created_at: report.createdAt,
    expires_at: report.expiresAt,
    objects: report.objects,
    requests: report.requests,
    seconds_at_rate: Math.round(report.secondsAtRate * 1000) / 1000,
    data_points: report.dataPoints,
    new_profiles: report.newProfiles,
    syncs: [...report.syncs.map(plannedSync), ...unread, ...failed].map((sync) => ({
      ...sync,
      ...costJson(report, sync.name),
    })),
    orphans: report.orphans,
    ...(report.samples.size === 0 ? {} : { samples: Object.fromEntries(report.samples) }),
  }
}

function plannedSync({ sync, definition, numbers, heldBy }: PlanReport['syncs'][number]) {
  return {
    name: sync,
    kind: definition.kind as string,
    ...plannedJson({ numbers }),
    held_by: heldBy as readonly string[],
    error: null as string | null,
    hint: null as string | null,
  }
}

/** What its query reads and costs; null where nothing is billed. */
function costJson({ costs }: PlanReport, name: string) {
  const cost = costs.get(name)
  return { bytes: cost?.bytes ?? null, price: cost?.price ?? null }
}

const failedSync = (name: string, kinds: Kinds, error: Error): ReturnType<typeof plannedSync> => ({
  ...emptySync(name, kinds),
  error: error.message,
  hint: hintOf(error) ?? null,
})

function emptySync(name: string, kinds: Kinds): ReturnType<typeof plannedSync> {
  return {
    name,
    kind: kinds.get(name) ?? '',
    first_load: false,
    rows: 0,
    added: 0,
    changed: 0,
    removed: 0,
    migrated: 0,
    repaired: 0,
    unchanged: 0,
    withheld: 0,
    data_points: 0,
    objects: 0,
    new_profiles: 0,
    lost: {},
    held_by: [],
    error: null,
    hint: null,
  }
}
