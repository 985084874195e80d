// Decides the order of a run: lease, recover, plan, deliver, report. A straight line through the rooms; every command that
// sends goes through `inRun`, and differs only in where its deltas come from.

import { newId } from '../ledger/names.ts'
import { claimDestination, migrate } from '../ledger/open.ts'
import { expirePlans, type PlanHead, savePlan, setPlanStatus, startPlan } from '../ledger/plans.ts'
import { coveredSlots } from '../ledger/recent.ts'
import { readRun } from '../ledger/run-log.ts'
import { saveTrace } from '../ledger/run-traces.ts'
import { insertRows, raw } from '../ledger/sql.ts'
import type { Sync } from '../model/definition.ts'
import { AlreadyRunError, asError, BrazierError, LeaseLostError } from '../model/errors.ts'
import { openContext, type RunContext, type RunDeps } from './context.ts'
import { type Deadline, openDeadline } from './deadline.ts'
import { type Delivered, deliver, hasRows } from './deliver.ts'
import { doubtAll, endSyncs, noteSyncs, outcomeOf, saveHeld, trimHistory } from './keep-books.ts'
import { type KeptLease, keepLease } from './keep-lease.ts'
import { type PlannedSet, planAll } from './plan-all.ts'
import { recover } from './recover.ts'
import { exitCode, NOTHING_ACCEPTED, type RunReport, runStatus, syncReport } from './report.ts'
import { closeRun } from './settle-run.ts'
import { sweep } from './sweep.ts'
import { type Watch, watch } from './trace.ts'

export interface SyncRequest {
  /** The id that the run was promised; without it, it gets one. */
  readonly run?: string
  readonly syncs: readonly Sync[]
  readonly command: 'sync' | 'resync'
  readonly waitSeconds: number
  /** Nominal time of the schedule slot that this run covers, by sync. */
  readonly slots: ReadonlyMap<string, Date>
  /** Which of them are still due once the lease is ours, by the newest slot that each has covered: another run may have been first. */
  readonly stillDue?: (covered: ReadonlyMap<string, Date>) => readonly Sync[]
}

/** Plans and sends. Rejects only when nothing could be run at all; what goes wrong with a sync is in the report. */
export async function runSyncs(deps: RunDeps, request: SyncRequest): Promise<RunReport> {
  const { slots } = request
  return await inRun(
    deps,
    {
      command: request.command,
      waitSeconds: request.waitSeconds,
      syncs: request.syncs,
      ...(request.run === undefined ? {} : { run: request.run }),
    },
    async (context, current) => {
      const syncs = request.stillDue?.(await coveredSlots(context.ledger)) ?? request.syncs
      if (request.command === 'resync') await doubtAll(context, syncs)
      const set = await planFrozen(context, { ...current, syncs, command: request.command })
      const held = await saveHeld(context, set)
      await noteSyncs(context, { run: current.run, set, held, slots, syncs })
      const free = set.planned.filter((sync) => sync.heldBy.length === 0)
      const delivered = await deliver(context, {
        ...current,
        syncs: free,
        records: set.records,
        keepsRest: false,
      })
      await setPlanStatus(context.ledger, current.plan, 'applied')
      return { set, held, delivered }
    },
  )
}

export interface CurrentRun {
  readonly run: string
  readonly plan: string
  readonly lease: KeptLease
  readonly deadline: Deadline
}

export interface Carried {
  readonly set: PlannedSet
  readonly held: ReadonlyMap<string, string>
  readonly delivered: Delivered
}

export interface RunOptions {
  readonly command: 'sync' | 'resync' | 'apply' | 'retire'
  readonly waitSeconds: number
  readonly syncs: readonly Pick<Sync, 'name' | 'kind'>[]
  /** The saved plan, when one is applied. */
  readonly plan?: string
  /** The id that the run was promised. */
  readonly run?: string
}

/** The frame of every run that sends: one lease, one row in `runs`, one report. */
export async function inRun(
  deps: RunDeps,
  options: RunOptions,
  work: (context: RunContext, current: CurrentRun) => Promise<Carried>,
): Promise<RunReport> {
  const watched = watch(deps)
  const context = await openContext(watched.deps)
  const started = context.monotonic()
  const startedAt = context.now()
  try {
    await migrate(context.ledger)
    await claim(context)
    const run = options.run ?? newId('r', startedAt)
    const plan = options.plan ?? newId('p', startedAt)
    context.progress({ stage: 'lease' })
    const lease = await keepLease(context, { run, waitSeconds: options.waitSeconds })
    const seconds = options.command === 'apply' ? Number.POSITIVE_INFINITY : deps.project.maxDurationSeconds
    const deadline = openDeadline(seconds * 1000, context.monotonic)
    try {
      if (options.run !== undefined) await refuseSecond(context, run)
      await recover(context, lease.lease)
      await expirePlans(context.ledger, deps.project.planExpireHours)
      await trimHistory(context)
      await openRun(context, { run, plan, command: options.command, fence: lease.lease.fence })
      const attempt = await attempted(lease, () => work(context, { run, plan, lease, deadline }))
      const seconds = (context.monotonic() - started) / 1000
      const report = makeReport({ run, startedAt: startedAt.toISOString(), seconds, options, attempt })
      await closeBooks(context, { run, plan, command: options.command, report, attempt })
      await keepTrace(context, run, watched)
      return report
    } finally {
      deadline.close()
      await lease.release()
    }
  } finally {
    await context.close()
  }
}

async function claim(context: RunContext): Promise<void> {
  const { endpoint, apiKey } = context.project.braze
  const known = await claimDestination(context.ledger, {
    origin: endpoint,
    ...(apiKey === undefined ? {} : { apiKey }),
  })
  if (known === 'new key')
    context.log.warn('braze.new_key', {
      origin: endpoint,
      remark: 'the API key is another one than in the last run',
    })
}

/** Two processes may both have found a run that waits; the second one sees, under the lease, that it is done. */
async function refuseSecond({ ledger }: RunContext, run: string): Promise<void> {
  if ((await readRun(ledger, run)) === undefined) return
  throw new AlreadyRunError(`run ${run} was carried out by another process`)
}

/** Nothing depends on it: a run is not spoilt by a trace that cannot be kept. */
async function keepTrace({ ledger, log }: RunContext, run: string, watched: Watch): Promise<void> {
  await saveTrace(ledger, run, watched.trace()).catch((error: unknown) =>
    log.warn('run.trace_lost', { reason: asError(error).message }),
  )
}

async function openRun(
  context: RunContext,
  run: { run: string; plan: string; command: string; fence: number },
): Promise<void> {
  const { ledger, project } = context
  const row = {
    ...run,
    status: 'running',
    phase: 'planning',
    batch_size: project.braze.objectsPerRequest,
    started_at: raw(ledger.dialect.now),
  }
  await ledger.session.run(insertRows(ledger, 'runs', [row]))
}

type Attempt =
  | { readonly carried: Carried; readonly failure: Error | undefined }
  | { readonly carried: undefined; readonly failure: Error }

async function attempted(lease: KeptLease, work: () => Promise<Carried>): Promise<Attempt> {
  try {
    const carried = await work()
    return { carried, failure: carried.delivered.failure }
  } catch (error) {
    // For want of the lease whatever may go wrong: the run that took over has swept our tables, for one.
    const isOurs = await lease.isOurs().catch(() => true)
    return { carried: undefined, failure: asError(isOurs ? error : lease.lost.reason) }
  }
}

function makeReport(input: {
  run: string
  startedAt: string
  seconds: number
  options: RunOptions
  attempt: Attempt
}): RunReport {
  const { attempt, options } = input
  const { carried, failure } = attempt
  const outcomes = options.syncs.map((sync) => {
    if (carried === undefined)
      return {
        sync,
        outcome: { planned: undefined, settled: undefined, heldPlan: undefined, error: undefined },
      }
    const settled = carried.delivered.settled.get(sync.name) ?? quiet(carried, sync.name)
    const cut = failure !== undefined && (settled === undefined || settled.unsent + settled.unknown > 0)
    const error =
      carried.delivered.stopped.get(sync.name) ?? (cut && !carried.held.has(sync.name) ? failure : undefined)
    return { sync, outcome: outcomeOf(sync.name, { set: carried.set, held: carried.held, settled, error }) }
  })
  const syncs = outcomes.map(({ sync, outcome }) => syncReport(sync.name, sync.kind, outcome))
  const statuses = syncs.map((sync) => sync.status)
  const fresh = outcomes.reduce(
    (sum, { outcome }) =>
      sum + (outcome.settled?.freshRefused ?? 0) + (outcome.planned?.numbers.withheldFresh ?? 0),
    0,
  )
  return {
    run: input.run,
    status: runStatus(statuses, failure),
    startedAt: input.startedAt,
    seconds: Math.round(input.seconds * 1000) / 1000,
    requests: carried?.delivered.requests ?? 0,
    objects: carried?.delivered.objects ?? 0,
    dataPoints: syncs.reduce((sum, sync) => sum + sync.dataPoints, 0),
    syncs,
    exitCode: exitCode({
      statuses,
      failure: failure instanceof BrazierError ? failure : failure && { exitCode: 1 },
      fresh,
    }),
    error: failure ?? null,
  }
}

/** A sync with nothing to settle is done. */
function quiet(carried: Carried, name: string) {
  const planned = carried.set.planned.find((sync) => sync.sync === name)
  if (planned === undefined || hasRows(planned)) return undefined
  return {
    sent: 0,
    refused: 0,
    freshRefused: 0,
    unknown: 0,
    accepted: NOTHING_ACCEPTED,
    unsent: 0,
    dataPoints: 0,
    sizeAfter: planned.numbers.sizeBefore,
  }
}

async function closeBooks(
  context: RunContext,
  end: { run: string; plan: string; command: string; report: RunReport; attempt: Attempt },
): Promise<void> {
  const { ledger } = context
  const { report, attempt, run } = end
  // A lost lease: the row is the other run's to settle. A failure within the delivery: the next run recovers this one.
  if (attempt.failure instanceof LeaseLostError) return
  if (attempt.carried === undefined && (await isSending(context, run))) return
  await sweep(ledger, end)
  await endSyncs(context, run, report.syncs)
  await closeRun(ledger, run, {
    status: report.status,
    error: report.error?.message ?? null,
    requests: report.requests,
    objects: report.objects,
    dataPoints: report.dataPoints,
  })
}

async function isSending(context: RunContext, run: string): Promise<boolean> {
  const { dialect, session } = context.ledger
  const rows = await session.rows(
    `select 1 as ok from ${dialect.table('runs')} where run = ${dialect.literal(run)} and phase = 'sending'`,
  )
  return rows.length > 0
}

/** Plans under the run's own plan. */
async function planFrozen(
  context: RunContext,
  request: { run: string; plan: string; command: string; syncs: readonly Sync[]; lease: KeptLease },
): Promise<PlannedSet> {
  const { ledger, project } = context
  const head: PlanHead = {
    plan: request.plan,
    command: request.command,
    origin: project.braze.endpoint,
    objects: 0,
    batchSize: project.braze.objectsPerRequest,
  }
  await startPlan(ledger, head, request.syncs.length)
  const { run, plan, syncs } = request
  const set = await planAll(context, { run, plan, syncs, keeps: true })
  // Whoever took over has swept our tables, which looks like a sync that failed.
  if (set.failed.size > 0 && !(await request.lease.isOurs())) throw request.lease.lost.reason
  const free = set.planned.filter((sync) => sync.heldBy.length === 0)
  await savePlan(ledger, head, { status: 'applying', syncs: free })
  return set
}
