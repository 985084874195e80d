// Decides what `brazier check` does: loads, describes, judges. It leaves no ledger behind where there was none, and looks at
// the one that is there only if nobody else is using it.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Project } from '../../model/definition.ts'
import { LeaseHeldError } from '../../model/errors.ts'
import { selectSyncs } from '../../project/select-syncs.ts'
import { type CheckReport, checkSyncs } from '../../run/check-syncs.ts'
import type { Call } from '../call.ts'
import { hasNoLedger, openProject, withRun } from '../open-run.ts'
import { checkJson, checkText, isRefused } from '../print/check-text.ts'

export async function check(call: Call, names: readonly string[]): Promise<number> {
  const project = await openProject(call, { sends: false })
  const syncs = selectSyncs(project.syncs, names)
  const work = (at: Project) => withRun(call, { project: at }, ({ deps }) => checkSyncs(deps, syncs))
  const report = (await hasNoLedger(project))
    ? await besideLedger(project, work)
    : await inLedger(call, project, work)
  call.output.result({ text: (paint) => checkText(report, paint), json: () => checkJson(report) })
  return isRefused(report) ? 1 : 0
}

type Work = (project: Project) => Promise<CheckReport>

async function inLedger(call: Call, project: Project, work: Work): Promise<CheckReport> {
  try {
    return await work(project)
  } catch (error) {
    if (!(error instanceof LeaseHeldError)) throw error
    call.output.note(
      (paint) =>
        `${paint.warn('warning:')} a run has the ledger open: checked without it, so orphans and former attributes are not seen`,
    )
    return await besideLedger(project, work)
  }
}

/** With a state file of its own that is thrown away. */
async function besideLedger(project: Project, work: Work): Promise<CheckReport> {
  const { store } = project
  if (store.type !== 'duckdb') return await work(project)
  const folder = await mkdtemp(join(tmpdir(), 'brazier-check-'))
  try {
    return await work({
      ...project,
      store: { ...store, path: join(folder, 'check.duckdb'), ephemeral: true },
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
