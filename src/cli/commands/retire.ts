// Decides what `brazier retire` does: one sync, by its exact name, with or without its file.

import { UsageError } from '../../model/errors.ts'
import { SYNC_NAME } from '../../model/field-schema.ts'
import { retireSync } from '../../run/retire.ts'
import { seconds } from '../arguments.ts'
import type { Call } from '../call.ts'
import { openProject, withRun } from '../open-run.ts'
import { tellRun } from '../tell-run.ts'

export async function retire(
  call: Call,
  { name, wait }: { readonly name: string; readonly wait: string | undefined },
): Promise<number> {
  const waitSeconds = seconds('--wait', wait)
  if (!SYNC_NAME.test(name))
    throw new UsageError('retire takes the exact name of one sync', {
      hint: 'Patterns and tags are refused here, since everything that Braze holds because of the sync is taken back.',
    })
  const project = await openProject(call, { sends: true })
  const file = project.syncs.find((sync) => sync.name === name)?.file
  const report = await withRun(call, { project, waitSeconds }, ({ deps, waitSeconds: left }) =>
    retireSync(deps, { name, waitSeconds: left }),
  )
  const exitCode = tellRun(call, report)
  if (file !== undefined && report.error === null)
    call.output.note(
      (paint) =>
        `${paint.warn('warning:')} ${file} is still there: the next sync loads it anew. Delete the file.`,
    )
  return exitCode
}
