// Decides how one run that was asked for, or is due, is carried out: with the project as it is now, watched, cut when
// everything is paused, and its end written down.

import { readPauses } from '../ledger/pauses.ts'
import type { RunTrace } from '../ledger/run-traces.ts'
import { endTrigger, markTrigger, saveTrigger, type Trigger } from '../ledger/triggers.ts'
import { AlreadyRunError, asError, BrazierError, LeaseHeldError, WarehouseError } from '../model/errors.ts'
import type { RunDeps } from '../run/context.ts'
import type { DueSync } from '../run/due.ts'
import type { PlanReport } from '../run/make-plan.ts'
import type { RunReport } from '../run/report.ts'
import { type Watch, watch } from '../run/trace.ts'
import { act } from './act.ts'
import type { House } from './house.ts'

export interface LiveRun {
  readonly trigger: Trigger
  readonly due: readonly DueSync[] | undefined
  readonly startedAt: Date
  /** Undefined until the databases are open. */
  watch(): Watch | undefined
  /** Undefined when nothing was done: another process was first, or we were told to stop before it began. */
  readonly ended: Promise<Ended | undefined>
  cut(reason: Error): void
}

export interface Ended {
  readonly trigger: Trigger
  readonly due: readonly DueSync[] | undefined
  readonly report: RunReport | undefined
  readonly plan: PlanReport | undefined
  /** Nothing could be run at all. */
  readonly error: Error | undefined
  readonly trace: RunTrace
  readonly seconds: number
}

/** Somebody has thrown the kill switch. */
class PausedError extends BrazierError {}

/** How soon a run notices that another process paused everything. */
const LOOK_MS = 5_000

export function startRun(house: House, trigger: Trigger, due: LiveRun['due']): LiveRun {
  const kill = new AbortController()
  let watched: Watch | undefined
  const ended = carryOut(house, {
    trigger,
    due,
    stop: AbortSignal.any([house.stop, kill.signal]),
    watching: (found) => {
      watched = found
    },
  })
  // A dry run sends nothing that could be stopped.
  const isHarmless = trigger.command === 'plan'
  const timer = setInterval(() => {
    if (isHarmless) return
    const cut = ({ all }: { readonly all: unknown }) => {
      if (all !== undefined) kill.abort(new PausedError('everything was paused'))
    }
    void house.look(readPauses).then(cut, () => undefined)
  }, LOOK_MS)
  return {
    trigger,
    due,
    startedAt: house.now(),
    watch: () => watched,
    ended: ended.finally(() => clearInterval(timer)),
    cut: (reason) => {
      if (!isHarmless) kill.abort(reason)
    },
  }
}

export const pausedBy = (name: string): Error => new PausedError(`everything was paused by ${name}`)

interface Task {
  readonly trigger: Trigger
  readonly due: LiveRun['due']
  readonly stop: AbortSignal
  readonly watching: (watched: Watch) => void
}

async function carryOut(house: House, task: Task): Promise<Ended | undefined> {
  const { trigger, due } = task
  // What is due was found in the project as it was then.
  if (due === undefined) await house.project.refresh()
  let watched: Watch | undefined
  const end = (found: Partial<Pick<Ended, 'report' | 'plan' | 'error'>>): Ended => ({
    trigger,
    due,
    report: found.report,
    plan: found.plan,
    error: found.error,
    trace: watched?.trace() ?? { stages: [], statuses: {}, throttled: 0, pace: null },
    seconds: watched?.seconds() ?? 0,
  })
  try {
    const done = await house.databases.forRun((databases) => {
      watched = watch(depsOf(house, task, databases))
      task.watching(watched)
      return cancelling(databases, task.stop, () => act(house, { trigger, due }, (watched as Watch).deps))
    })
    if (done.report?.error instanceof WarehouseError) house.databases.suspect()
    return await keep(house, end(done))
  } catch (thrown) {
    const error = asError(thrown)
    if (error instanceof WarehouseError) house.databases.suspect()
    if (error instanceof AlreadyRunError) return await forget(house, trigger)
    if (error instanceof LeaseHeldError && due !== undefined) return undefined
    const last = watched?.current()
    const hasBegun = last !== undefined && last.stage !== 'lease'
    // It stays queued, and the next process begins it.
    if (house.stop.aborted && !hasBegun) return undefined
    return await keep(house, end({ error: task.stop.aborted ? asError(task.stop.reason) : error }))
  }
}

function depsOf(house: House, { stop }: Task, databases: RunDeps['databases']): RunDeps {
  const project = house.project.current()
  const { log, now, monotonic, place } = house
  return {
    project,
    databases,
    openBraze: () => house.openBraze(project),
    log,
    now,
    monotonic,
    stop,
    progress: () => undefined,
    place,
  }
}

/** The query under way ends when the run is told to stop. */
async function cancelling<T>(
  databases: RunDeps['databases'],
  stop: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const cancel = () => void databases.warehouse.cancel().catch(() => undefined)
  stop.addEventListener('abort', cancel)
  try {
    stop.throwIfAborted()
    return await work()
  } finally {
    stop.removeEventListener('abort', cancel)
  }
}

async function forget(house: House, { run }: Trigger): Promise<undefined> {
  await house.look((ledger) => markTrigger(ledger, run, 'done'))
}

async function keep(house: House, ended: Ended): Promise<Ended> {
  const { trigger, report, plan } = ended
  const error = errorOf(ended)
  const status = report?.status ?? (plan === undefined ? 'failed' : planStatus(plan))
  house.log.info('service.run_ended', {
    run: trigger.run,
    command: trigger.command,
    origin: trigger.origin,
    status,
    seconds: ended.seconds,
    ...(report === undefined ? {} : { requests: report.requests, objects: report.objects }),
  })
  // A scheduled one that never got as far as a run of its own leaves nothing behind but its line in the log.
  if (trigger.origin === 'schedule' && report === undefined) return ended
  await house
    .look(async (ledger) => {
      if (trigger.origin === 'schedule') await saveTrigger(ledger, trigger, status)
      await endTrigger(ledger, trigger.run, {
        status,
        error,
        ...(plan === undefined ? {} : { plan: plan.plan }),
      })
    })
    .catch((thrown: unknown) => house.log.warn('service.end_not_kept', { reason: asError(thrown).message }))
  return ended
}

function planStatus({ failed, syncs }: PlanReport): string {
  if (failed.size === 0) return 'succeeded'
  return syncs.length === 0 ? 'failed' : 'partial'
}

const LONGEST_ERROR = 2_000

function errorOf({ report, plan, error }: Ended): string | null {
  const planned = [...(plan?.failed ?? [])].map(([name, found]) => `${name}: ${found.message}`).join('\n')
  const text = error?.message ?? report?.error?.message ?? planned
  return text === '' ? null : text.slice(0, LONGEST_ERROR)
}
