// Decides how a sync is shown: how it stands, when it comes next, how near its guards are. Pure.

import type { Removes } from '../../ledger/recent.ts'
import type { LoggedSync } from '../../ledger/run-log.ts'
import type { Limit, Sync } from '../../model/definition.ts'
import { lastSlot, nextSlot, shortestIntervalSeconds } from '../../project/schedule.ts'
import { dueSyncs } from '../../run/due.ts'
import type { SyncState } from '../../run/status.ts'
import type { SyncDetail, SyncSummary } from '../api/sync-shapes.ts'
import { healthOf } from './health.ts'
import type { Standing } from './standing.ts'

const intervalOf = ({ schedule }: Sync): number => shortestIntervalSeconds([schedule]) ?? 3600

export function syncSummaryOf(
  state: SyncState,
  sync: Sync | undefined,
  { standing, now }: { readonly standing: Standing; readonly now: Date },
): SyncSummary {
  const pause = standing.pauses.bySync.get(state.name) ?? null
  const isPaused = pause !== null || standing.pauses.all !== undefined
  const succeededAt = standing.successes.get(state.name) ?? null
  const { last } = state
  return {
    name: state.name,
    kind: state.kind,
    file: sync?.file ?? null,
    description: sync?.description ?? '',
    tags: [...(sync?.tags ?? [])],
    schedule: scheduleOf(sync),
    orphan: state.isOrphan,
    health: healthOf({
      state,
      isPaused,
      succeededAt,
      intervalSeconds: sync === undefined ? 0 : intervalOf(sync),
      now,
    }),
    status: last?.status ?? null,
    run: last?.run ?? null,
    ended_at: last?.endedAt ?? null,
    size: state.size,
    trend: [...(standing.trends.get(state.name) ?? [])],
    settled_at: state.settledAt,
    succeeded_at: succeededAt,
    due: sync !== undefined && !isPaused && isDue(sync, state, now),
    next_at: sync === undefined ? null : (nextSlot(sync.schedule, now)?.toISOString() ?? null),
    held_by: [...(last?.heldBy ?? [])],
    held_since: last?.heldSince ?? null,
    plan: last?.plan ?? null,
    in_doubt: state.inDoubt,
    rejected: state.rejected,
    parked: state.parked,
    error: last?.error ?? null,
    paused: pause,
  }
}

function scheduleOf(sync: Sync | undefined): SyncSummary['schedule'] {
  if (sync === undefined) return null
  const { text, cron, timezone, offsetSeconds } = sync.schedule
  return { text, cron, timezone, jitter_seconds: offsetSeconds ?? 0 }
}

function isDue(sync: Sync, { coveredSlot }: SyncState, now: Date): boolean {
  const covered = new Map(coveredSlot === null ? [] : [[sync.name, coveredSlot]])
  return dueSyncs([sync], { covered, now, lastSlot: (schedule) => lastSlot(schedule, now) }).length > 0
}

export function pointOf(sync: LoggedSync): SyncDetail['history'][number] {
  return {
    run: sync.run,
    ended_at: sync.endedAt ?? '',
    status: sync.status,
    size: sync.sizeAfter ?? sync.sizeBefore,
    rows: sync.rows,
    added: sync.added,
    changed: sync.changed,
    removed: sync.removed,
    sent: sync.sent,
    rejected: sync.rejected,
  }
}

export interface GuardFacts {
  readonly recent: Removes & { readonly sizeThen: number | undefined }
  readonly size: number
  readonly last: LoggedSync | undefined
}

/** What the last 24 hours, or the last run, have used of each guard. */
export function guardsOf({ guards }: Sync, { recent, size, last }: GuardFacts): SyncDetail['guards'] {
  const worst = Math.max(recent.leavers, ...Object.values(recent.byAttribute))
  return [
    margin('max_removes', guards.maxRemoves, { used: worst, of: recent.sizeThen ?? size }),
    ...(guards.maxChanges === undefined
      ? []
      : [margin('max_changes', guards.maxChanges, { used: last?.changed ?? 0, of: size })]),
    {
      guard: 'min_rows' as const,
      limit: String(guards.minRows),
      allowed: guards.minRows,
      used: last?.rows ?? 0,
      of: null,
    },
  ]
}

/** As the guard itself counts: a share means something only of so many. */
const CROWD = 100

function margin(
  guard: 'max_removes' | 'max_changes',
  limit: Limit,
  { used, of }: { readonly used: number; readonly of: number },
): SyncDetail['guards'][number] {
  if (limit.unit === 'people')
    return { guard, limit: String(limit.count), allowed: limit.count, used, of: null }
  const text = `${Math.round(limit.share * 1000) / 10}%`
  return { guard, limit: text, allowed: of < CROWD ? null : Math.floor(limit.share * of), used, of }
}
