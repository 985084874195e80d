// Decides whether a request is within the limit, and what the headers say of it. Pure: state in, state out.

export interface RateWindow {
  readonly limit: number
  readonly seconds: number
}

export interface RateLimit {
  /**
   * `standard`: one window. `mau`: an hourly window that the headers describe, and a burst window beside it; its 429
   * says only how long to wait.
   */
  readonly mode: 'standard' | 'mau'
  readonly window: RateWindow
  readonly burst?: RateWindow
  /** The unit of x-ratelimit-reset: both are documented. */
  readonly resetUnit: 'epoch' | 'delta'
}

/** Requests counted in the window that began at `start` (milliseconds). */
interface Used {
  readonly start: number
  readonly count: number
}

export interface RateState {
  readonly window: Used
  readonly burst: Used
}

export interface RateVerdict {
  readonly allowed: boolean
  readonly state: RateState
  readonly headers: Readonly<Record<string, string>>
}

export const FRESH_RATE: RateState = { window: { start: 0, count: 0 }, burst: { start: 0, count: 0 } }

/** Counts one request at `now`, unless the limit is used up. Windows begin at full multiples of their length. */
export function takeRequest(rate: RateLimit, state: RateState, now: number): RateVerdict {
  const window = current(state.window, rate.window, now)
  const burst = rate.burst === undefined ? FRESH_RATE.burst : current(state.burst, rate.burst, now)
  const over = window.count >= rate.window.limit
  const overBurst = rate.burst !== undefined && burst.count >= rate.burst.limit
  if (over || overBurst) {
    const wait = secondsLeft(
      over ? window : burst,
      over || rate.burst === undefined ? rate.window : rate.burst,
      now,
    )
    return { allowed: false, state: { window, burst }, headers: limitedHeaders(rate, window, { now, wait }) }
  }
  const taken = { window: plusOne(window), burst: plusOne(burst) }
  return { allowed: true, state: taken, headers: windowHeaders(rate, taken.window, now) }
}

function current(used: Used, window: RateWindow, now: number): Used {
  const length = window.seconds * 1000
  const start = Math.floor(now / length) * length
  return used.start === start ? used : { start, count: 0 }
}

function plusOne(used: Used): Used {
  return { start: used.start, count: used.count + 1 }
}

function secondsLeft(used: Used, window: RateWindow, now: number): number {
  return Math.max(1, Math.ceil((used.start - now) / 1000 + window.seconds))
}

function limitedHeaders(
  rate: RateLimit,
  window: Used,
  { now, wait }: { now: number; wait: number },
): Record<string, string> {
  if (rate.mode === 'mau') return { 'x-ratelimit-retry-after': String(wait) }
  return windowHeaders(rate, window, now)
}

function windowHeaders(rate: RateLimit, used: Used, now: number): Record<string, string> {
  const end = Math.ceil(used.start / 1000 + rate.window.seconds)
  return {
    'x-ratelimit-limit': String(rate.window.limit),
    'x-ratelimit-remaining': String(rate.window.limit - used.count),
    'x-ratelimit-reset': String(rate.resetUnit === 'epoch' ? end : secondsLeft(used, rate.window, now)),
  }
}
