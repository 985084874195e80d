// Decides what `brazier status` does: what the ledger says of every sync, against today's files and the clock.

import type { Sync } from '../../model/definition.ts'
import { lastSlot, nextSlot } from '../../project/schedule.ts'
import { dueSyncs } from '../../run/due.ts'
import { emptyState, type LedgerState, readState } from '../../run/status.ts'
import type { Call } from '../call.ts'
import { lookInto } from '../look-into.ts'
import { openProject } from '../open-run.ts'
import { type StatusView, statusJson, statusReport } from '../print/status-text.ts'

export async function status(call: Call): Promise<number> {
  const project = await openProject(call, { sends: false })
  const { syncs } = project
  const state = (await lookInto(call, project, (ledger) => readState(ledger, syncs))) ?? emptyState(syncs)
  const names = { project: project.name, workspace: project.braze.workspace }
  const view: StatusView = { ...names, now: new Date(), ...calendar(syncs, state, new Date()) }
  call.output.result({
    text: (paint) => statusReport(state, view, paint),
    json: () => statusJson(state, view),
  })
  return 0
}

function calendar(syncs: readonly Sync[], state: LedgerState, now: Date): Pick<StatusView, 'next' | 'due'> {
  const covered = new Map(
    state.syncs.flatMap(({ name, coveredSlot }) =>
      coveredSlot === null ? [] : [[name, coveredSlot] as const],
    ),
  )
  const due = dueSyncs(syncs, { covered, now, lastSlot: (schedule) => lastSlot(schedule, now) })
  const next = syncs.flatMap((sync) => {
    const at = nextSlot(sync.schedule, now)
    return at === null ? [] : [[sync.name, at] as const]
  })
  return { next: new Map(next), due: new Set(due.map(({ sync }) => sync.name)) }
}
