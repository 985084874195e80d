// Decides when the next request may leave: a token bucket at the project's ceiling, lowered by what Braze's headers
// say is left, and stopped by a 429. Pure: `now` is handed in, in milliseconds of a monotonic clock.

import type { LimitReport } from './limit-headers.ts'

export interface Pace {
  /** Requests a second that the project allows. */
  readonly ceiling: number
  /** Share of an hourly limit that is left to others. */
  readonly reserve: number
  readonly tokens: number
  /** When `tokens` was true. */
  readonly countedAt: number
  readonly pausedUntil: number
  readonly budget: Budget | undefined
}

/** What Braze says of the window we are in. */
interface Budget {
  readonly limit: number
  /** The smallest number of requests left that any reply of this window named: replies overtake each other. */
  readonly lowest: number
  readonly resetAt: number
  readonly hourly: boolean
}

/** A moment, and the requests whose replies are outstanding: Braze may not have counted them yet. */
export interface Moment {
  readonly now: number
  readonly inFlight: number
}

/** Seconds of pace that may be caught up: timers are late by milliseconds, and a busy program by tens of them. */
const CATCH_UP_SECONDS = 0.1
/** A window with more than this left is an hourly one; the others are seconds long (Braze docs, "API limits"). */
const SHORT_WINDOW_SECONDS = 60
/** Two resets closer than this are the same: seconds left are whole seconds, and replies take time. */
const SAME_RESET_MS = 1500
const SLOWEST = 0.1
/** Tokens are sums of fractions. */
const WHOLE = 1 - 1e-6

export function startPace(settings: { ceiling: number; reserve: number; now: number }): Pace {
  const { ceiling, reserve, now } = settings
  return { ceiling, reserve, tokens: 1, countedAt: now, pausedUntil: now, budget: undefined }
}

/** Requests a second that may leave; 0 while paused or while the budget is spent. */
export function rateAt(pace: Pace, moment: Moment): number {
  return pace.pausedUntil > moment.now ? 0 : budgetRate(pace, moment)
}

/** Takes a token, or says how long to wait before asking again. */
export function takeTurn(pace: Pace, moment: Moment): { readonly pace: Pace; readonly waitMs: number } {
  const { now } = moment
  const counted = count(pace, moment)
  if (counted.pausedUntil > now) return { pace: counted, waitMs: counted.pausedUntil - now }
  const rate = budgetRate(counted, moment)
  if (rate === 0) return { pace: counted, waitMs: (counted.budget?.resetAt ?? now) - now }
  if (counted.tokens >= WHOLE) return { pace: { ...counted, tokens: counted.tokens - 1 }, waitMs: 0 }
  return { pace: counted, waitMs: ((1 - counted.tokens) / rate) * 1000 }
}

/** Takes in what a reply said. Replies arrive out of order: within a window the lowest number counts. */
export function noteLimit(pace: Pace, report: LimitReport, now: number): Pace {
  const resetAt = now + report.secondsLeft * 1000
  const known = liveBudget(pace, now)
  if (known !== undefined && resetAt < known.resetAt - SAME_RESET_MS) return pace
  if (known !== undefined && resetAt <= known.resetAt + SAME_RESET_MS) {
    return { ...pace, budget: { ...known, lowest: Math.min(known.lowest, report.remaining) } }
  }
  const { limit, remaining: lowest } = report
  // An hourly window that is first seen in its last minute is known by its limit.
  const hourly =
    report.secondsLeft > SHORT_WINDOW_SECONDS || (pace.budget?.hourly === true && pace.budget.limit === limit)
  return { ...pace, budget: { limit, lowest, resetAt, hourly } }
}

/** Nothing leaves before `until`; a pause is never shortened. */
export function pauseUntil(pace: Pace, until: number): Pace {
  return { ...pace, pausedUntil: Math.max(pace.pausedUntil, until) }
}

/** Adds the tokens of the time that passed; a pause earns none. */
function count(pace: Pace, moment: Moment): Pace {
  const from = Math.max(pace.countedAt, Math.min(pace.pausedUntil, moment.now))
  if (moment.now <= pace.countedAt) return pace
  const rate = budgetRate(pace, moment)
  const earned = pace.tokens + ((moment.now - from) / 1000) * rate
  const most = Math.max(1, rate * CATCH_UP_SECONDS)
  return { ...pace, tokens: Math.min(earned, most), countedAt: moment.now }
}

function budgetRate(pace: Pace, { now, inFlight }: Moment): number {
  const budget = liveBudget(pace, now)
  if (budget === undefined) return pace.ceiling
  const kept = budget.hourly ? pace.reserve * budget.limit : 0
  const left = budget.lowest - inFlight - kept
  if (left < 1) return 0
  if (!budget.hourly) return pace.ceiling
  const secondsLeft = Math.max((budget.resetAt - now) / 1000, 1)
  return Math.min(pace.ceiling, Math.max(left / secondsLeft, SLOWEST))
}

function liveBudget(pace: Pace, now: number): Budget | undefined {
  return pace.budget !== undefined && pace.budget.resetAt > now ? pace.budget : undefined
}
