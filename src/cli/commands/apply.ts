// Decides what `brazier apply` does: hands a saved plan to the run, and reports.

import { UsageError } from '../../model/errors.ts'
import { applyPlan } from '../../run/apply-plan.ts'
import { seconds } from '../arguments.ts'
import type { Call } from '../call.ts'
import { observedRun } from '../observed-run.ts'
import { openProject, withRun } from '../open-run.ts'
import { tellRun } from '../tell-run.ts'

/** As `plan` and a held `sync` print it. */
const PLAN_ID = /^p-[0-9a-z-]+$/

export async function apply(
  call: Call,
  { plan, wait }: { readonly plan: string; readonly wait: string | undefined },
): Promise<number> {
  const waitSeconds = seconds('--wait', wait)
  if (!PLAN_ID.test(plan))
    throw new UsageError('that is no id of a plan', {
      hint: '`brazier plan` prints one, such as p-20261122-030512-x7k2q9; `brazier status` names those that wait.',
    })
  const project = await openProject(call, { sends: true })
  const report = await withRun(call, { project, waitSeconds }, ({ deps, waitSeconds: left }) =>
    observedRun(call, { deps, syncs: [] }, () => applyPlan(deps, { plan, waitSeconds: left })),
  )
  return tellRun(call, report)
}
