// Decides what `brazier sync` and `brazier resync` do: choose the syncs, run them, report.

import type { Project, Schedule, Sync } from '../../model/definition.ts'
import { UsageError } from '../../model/errors.ts'
import { lastSlot, nextSlot } from '../../project/schedule.ts'
import { selectSyncs } from '../../project/select-syncs.ts'
import { dueSyncs, slotsNow } from '../../run/due.ts'
import { type Calendar, readDue } from '../../run/read-due.ts'
import { readLedger } from '../../run/read-ledger.ts'
import type { RunReport } from '../../run/report.ts'
import { runSyncs, type SyncRequest } from '../../run/run.ts'
import { seconds } from '../arguments.ts'
import type { Call } from '../call.ts'
import { distance, moment } from '../format.ts'
import { observedRun } from '../observed-run.ts'
import { type OpenedRun, openProject, withRun } from '../open-run.ts'
import { noRunJson } from '../print/run-json.ts'
import { tellRun } from '../tell-run.ts'

export interface SyncArguments {
  readonly names: readonly string[]
  readonly due: boolean
  readonly wait: string | undefined
}

export async function sync(call: Call, { names, due, wait }: SyncArguments): Promise<number> {
  const waitSeconds = seconds('--wait', wait)
  const project = await openProject(call, { sends: true })
  const selected = selectSyncs(project.syncs, names)
  const report = await withRun(call, { project, waitSeconds }, async (opened) => {
    if (!due) return await run(call, opened, { syncs: selected, command: 'sync' })
    const now = opened.deps.now()
    const calendar = { now, lastSlot: (schedule: Schedule) => lastSlot(schedule, now) }
    // Before the lease, so that nothing is waited for when nothing is due.
    const syncs = await dueNow(opened, selected, calendar)
    const stillDue: StillDue = (covered) =>
      dueSyncs(syncs, { ...calendar, covered }).map((found) => found.sync)
    return syncs.length === 0 ? undefined : await run(call, opened, { syncs, command: 'sync', stillDue })
  })
  return report === undefined ? tellNothingDue(call, selected) : tellRun(call, report)
}

export interface ResyncArguments {
  readonly names: readonly string[]
  readonly wait: string | undefined
}

export async function resync(call: Call, { names, wait }: ResyncArguments): Promise<number> {
  const waitSeconds = seconds('--wait', wait)
  const project: Project = await openProject(call, { sends: true })
  if (names.length === 0)
    throw new UsageError('resync needs at least one name', { hint: '`brazier resync NAME`' })
  const syncs = selectSyncs(project.syncs, names)
  const report = await withRun(call, { project, waitSeconds }, (opened) =>
    run(call, opened, { syncs, command: 'resync' }),
  )
  return tellRun(call, report)
}

async function run(
  call: Call,
  { deps, waitSeconds }: OpenedRun,
  request: Pick<SyncRequest, 'syncs' | 'command' | 'stillDue'>,
): Promise<RunReport> {
  const now = deps.now()
  const slots = slotsNow(request.syncs, (schedule) => lastSlot(schedule, now))
  const { syncs } = request
  return await observedRun(call, { deps, syncs }, () => runSyncs(deps, { ...request, waitSeconds, slots }))
}

type StillDue = NonNullable<SyncRequest['stillDue']>

async function dueNow(
  { deps }: OpenedRun,
  selected: readonly Sync[],
  calendar: Calendar,
): Promise<readonly Sync[]> {
  const due = await readLedger(deps, (ledger) => readDue(ledger, selected, calendar))
  return (due ?? (await readDue(undefined, selected, calendar))).map((found) => found.sync)
}

function tellNothingDue(call: Call, selected: readonly Sync[]): number {
  const now = new Date()
  const next = selected
    .flatMap((one) => {
      const at = nextSlot(one.schedule, now)
      return at === null ? [] : [{ name: one.name, at }]
    })
    .sort((a, b) => a.at.getTime() - b.at.getTime())[0]
  const then =
    next === undefined ? '' : ` Next: ${next.name} at ${moment(next.at)}, ${distance(next.at, now)}.`
  call.output.result({ text: () => `Nothing is due.${then}`, json: () => noRunJson(now) })
  return 0
}
