// Decides how well a sync is, in one word: the worst that is true of it. Pure.

import type { SyncState } from '../../run/status.ts'
import type { HEALTHS } from '../api/sync-shapes.ts'

export type Health = (typeof HEALTHS)[number]

export interface HealthFacts {
  readonly state: SyncState
  readonly isPaused: boolean
  readonly succeededAt: string | null
  /** Shortest time between two of its slots. */
  readonly intervalSeconds: number
  readonly now: Date
}

/** A run that takes its whole interval, and one that is missed, are no alarm yet. */
const INTERVALS = 2
/** Of a sync that comes every few minutes, nobody wants to hear after six. */
const LEAST_SECONDS = 900

export function healthOf(facts: HealthFacts): Health {
  const { state } = facts
  const last = state.last?.status
  if (facts.isPaused) return 'paused'
  if (last === 'failed') return 'failing'
  if (last === 'held') return 'held'
  if (state.isOrphan) return 'orphan'
  if (isLate(facts)) return 'late'
  if (last === 'rejected') return 'rejecting'
  if (last === 'partial') return 'partial'
  return last === undefined ? 'new' : 'healthy'
}

function isLate({ succeededAt, intervalSeconds, now }: HealthFacts): boolean {
  if (succeededAt === null) return false
  const allowed = Math.max(LEAST_SECONDS, INTERVALS * intervalSeconds)
  return (now.getTime() - Date.parse(succeededAt)) / 1000 > allowed
}
