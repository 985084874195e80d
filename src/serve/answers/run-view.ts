// Decides how a run is shown, from what the ledger says of it, who asked for it, and where it is now. Pure.

import type { LoggedRun, LoggedSync } from '../../ledger/run-log.ts'
import type { RunTrace } from '../../ledger/run-traces.ts'
import type { Trigger, TriggerRecord } from '../../ledger/triggers.ts'
import { ranJson } from '../../run/counts-json.ts'
import { type ProgressView, RUN_STATUSES, type RunDetail, type RunSummary } from '../api/run-shapes.ts'
import type { LiveRun } from '../carry-out.ts'

export interface RunFacts {
  readonly run: string
  /** Absent for a dry run, and for one that waits. */
  readonly logged: LoggedRun | undefined
  /** Absent for one that came from a shell. */
  readonly trigger: TriggerRecord | undefined
  /** Present when it runs in this process. */
  readonly live: LiveRun | undefined
  readonly now: Date
}

export function runSummaryOf(facts: RunFacts): RunSummary {
  const { logged, trigger, live, now } = facts
  const asked: Trigger | undefined = trigger ?? live?.trigger
  const startedAt = logged?.startedAt ?? live?.startedAt.toISOString() ?? null
  const endedAt = logged?.endedAt ?? trigger?.endedAt ?? null
  const error = logged?.error ?? trigger?.error ?? null
  return {
    run: facts.run,
    status: statusOf(facts),
    command: asked?.command ?? logged?.command ?? 'sync',
    trigger: asked?.origin ?? 'shell',
    asked_by: asked?.askedBy ?? null,
    dry_run: asked?.command === 'plan',
    select: asked === undefined || asked.command === 'apply' ? null : [...asked.selection],
    plan: asked?.plan ?? logged?.plan ?? null,
    // Nobody asks for what is due.
    asked_at: asked?.origin === 'request' ? (trigger?.askedAt ?? null) : null,
    started_at: startedAt,
    ended_at: endedAt,
    seconds: secondsBetween(startedAt, endedAt ?? now.toISOString()),
    requests: logged?.requests ?? 0,
    objects: logged?.objects ?? 0,
    data_points: logged?.dataPoints ?? 0,
    error: error === null ? null : { message: error, hint: null },
  }
}

function secondsBetween(from: string | null, to: string): number | null {
  return from === null ? null : Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000)
}

function statusOf({ logged, trigger, live }: RunFacts): RunSummary['status'] {
  const known = logged?.status ?? trigger?.status ?? (live === undefined ? 'failed' : 'running')
  // Taken from the queue, but not begun yet: it may wait for the lease.
  if (known === 'queued' && live?.trigger.command === 'plan') return 'running'
  return RUN_STATUSES.find((status) => status === known) ?? 'succeeded'
}

export interface DetailFacts extends RunFacts {
  readonly syncs: readonly LoggedSync[]
  readonly trace: RunTrace | undefined
  readonly paceLimit: number
}

export function runDetailOf(facts: DetailFacts): RunDetail {
  const trace = facts.live?.watch()?.trace() ?? facts.trace
  return {
    ...runSummaryOf(facts),
    syncs: facts.syncs.map(syncOf),
    stages: (trace?.stages ?? []).map((stage) => ({
      ...stage,
      stage: stage.stage as RunDetail['stages'][number]['stage'],
    })),
    statuses: { ...trace?.statuses },
    throttled: trace?.throttled ?? 0,
    pace: trace?.pace ?? null,
    pace_limit: facts.paceLimit,
    live: facts.live === undefined ? null : (progressOf(facts.live) ?? null),
  }
}

function syncOf(sync: LoggedSync): RunDetail['syncs'][number] {
  return {
    name: sync.sync,
    kind: sync.kind,
    // The row says what holds if nothing more is ever written.
    status: sync.endedAt === null ? 'running' : (sync.status as RunDetail['syncs'][number]['status']),
    ...ranJson(sync),
    held_by: [...sync.heldBy],
    plan: sync.plan,
    error: sync.error,
  }
}

/** Where a run of this process is; undefined before its first word. */
export function progressOf({ trigger, watch }: LiveRun): ProgressView | undefined {
  const watched = watch()
  const told = watched?.current()
  if (watched === undefined || told === undefined) return undefined
  const { statuses, pace } = watched.trace()
  const requests = Object.values(statuses).reduce((sum, times) => sum + times, 0)
  const usual = {
    run: trigger.run,
    stage: told.stage,
    sync: null,
    requests,
    pace,
    seconds: watched.seconds(),
  }
  switch (told.stage) {
    case 'candidates':
      return { ...usual, sync: told.sync, done: told.done, total: told.total }
    case 'send':
      return { ...usual, done: told.objects, total: told.total }
    case 'outbox':
      return { ...usual, done: told.objects, total: told.objects }
    default:
      return { ...usual, done: 0, total: 0 }
  }
}
