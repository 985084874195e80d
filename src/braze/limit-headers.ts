// Decides what Braze's rate limit headers say. The same names carry two forms: an epoch in seconds, or seconds left
// (Braze docs, "API limits" and "User track"); on hourly limits a 429 carries only X-Ratelimit-Retry-After.

/** What one reply says about the window it was counted in. */
export interface LimitReport {
  readonly limit: number
  readonly remaining: number
  readonly secondsLeft: number
}

export type Headers = Readonly<Record<string, string | string[] | undefined>>

/** A value above this is an epoch; as seconds left it would be 31 years. */
const EPOCH_FROM = 1_000_000_000
/** No window of Braze is longer than an hour: a larger wait is a header that we misread. */
const MAX_WAIT_SECONDS = 3600

/** `wallNow` is the time of day in milliseconds, for resets that are written as an epoch. */
export function readLimit(headers: Headers, wallNow: number): LimitReport | undefined {
  const remaining = count(headers['x-ratelimit-remaining'])
  const secondsLeft = readReset(headers, wallNow)
  if (remaining === undefined || secondsLeft === undefined || secondsLeft <= 0) return undefined
  return {
    limit: count(headers['x-ratelimit-limit']) ?? remaining,
    remaining,
    secondsLeft: Math.min(secondsLeft, MAX_WAIT_SECONDS),
  }
}

/** Milliseconds that a 429 asks us to wait; undefined when it does not say. */
export function readWait(headers: Headers, wallNow: number): number | undefined {
  const seconds = count(headers['x-ratelimit-retry-after']) ?? readReset(headers, wallNow)
  if (seconds === undefined) return undefined
  return Math.min(Math.max(seconds, 0), MAX_WAIT_SECONDS) * 1000
}

function readReset(headers: Headers, wallNow: number): number | undefined {
  const value = count(headers['x-ratelimit-reset'])
  if (value === undefined) return undefined
  return value > EPOCH_FROM ? value - wallNow / 1000 : value
}

function count(header: string | string[] | undefined): number | undefined {
  const text = Array.isArray(header) ? header[0] : header
  if (text === undefined || text.trim() === '') return undefined
  const value = Number(text)
  return Number.isFinite(value) && value >= 0 ? value : undefined
}
