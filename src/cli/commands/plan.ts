// Decides what `brazier plan` does: plans, keeps the plan, prints it.

import { selectSyncs } from '../../project/select-syncs.ts'
import { makePlan } from '../../run/make-plan.ts'
import type { Call } from '../call.ts'
import { openProject, withRun } from '../open-run.ts'
import { planJson } from '../print/plan-json.ts'
import { planText } from '../print/plan-text.ts'

/** Changes of each sort that are shown of a sync. */
const SAMPLES = 3

export async function plan(call: Call, names: readonly string[]): Promise<number> {
  const project = await openProject(call, { sends: false })
  const syncs = selectSyncs(project.syncs, names)
  const report = await withRun(call, { project }, ({ deps }) =>
    makePlan(deps, { syncs, samples: call.showIds ? SAMPLES : 0 }),
  )
  const { endpoint, workspace, requestsPerSecond } = project.braze
  const view = { project: project.name, workspace, endpoint, requestsPerSecond, now: new Date() }
  call.output.result({
    text: (paint) => planText(report, view, paint),
    json: () => planJson(report, new Map(syncs.map((sync) => [sync.name, sync.kind]))),
  })
  return report.failed.size > 0 ? 1 : 0
}
