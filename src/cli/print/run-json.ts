// Decides the object that `sync --json` prints, and with it apply, resync and retire. Pure.

import { ranJson } from '../../run/counts-json.ts'
import type { RunReport } from '../../run/report.ts'
import type { FailureObject } from '../failure.ts'

export function runJson(report: RunReport, error?: FailureObject): unknown {
  return {
    run: report.run,
    status: report.status,
    started_at: report.startedAt,
    seconds: report.seconds,
    requests: report.requests,
    objects: report.objects,
    data_points: report.dataPoints,
    syncs: report.syncs.map((sync) => ({
      name: sync.name,
      kind: sync.kind,
      status: sync.status,
      ...ranJson(sync),
      held_by: sync.heldBy,
      plan: sync.plan,
      error: sync.error,
    })),
    ...(error === undefined ? {} : { error }),
  }
}

/** Nothing was due, so there was no run. */
export const noRunJson = (now: Date): unknown => ({
  run: null,
  status: 'succeeded',
  started_at: now.toISOString(),
  seconds: 0,
  requests: 0,
  objects: 0,
  data_points: 0,
  syncs: [],
})
