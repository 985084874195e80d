// Decides how long to wait before asking again, when Braze counts as down, and when to give up.

const FIRST_MS = 500
const LONGEST_MS = 30_000
/** Failures in a row, over all requests, from which Braze counts as down; a single lost connection is not an outage. */
const DOWN_FROM = 5
/** While Braze is down, so many requests at a time ask whether it is back. */
export const PROBES = 2

/** Exponential with jitter: the half of it is fixed, so that a retry is never immediate. `random` is in [0, 1). */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(FIRST_MS * 2 ** attempt, LONGEST_MS)
  return full / 2 + (full / 2) * random
}

/** Failures of all requests since anything was answered last. */
export interface Outage {
  readonly failures: number
  /** When the first of them came. */
  readonly since: number
  /** Rounds of probes that failed. */
  readonly rounds: number
  /** When the current round began: what left earlier says nothing about it. */
  readonly roundFrom: number
  /** No request leaves earlier, once Braze counts as down. */
  readonly retryAt: number
}

export const NO_OUTAGE: Outage = { failures: 0, since: 0, rounds: 0, roundFrom: 0, retryAt: 0 }

export interface Failure {
  readonly now: number
  readonly leftAt: number
  readonly random: number
}

/** Any answer ends an outage: the next state is NO_OUTAGE then. */
export function afterFailure(outage: Outage, { now, leftAt, random }: Failure): Outage {
  const failures = outage.failures + 1
  const since = outage.failures === 0 ? now : outage.since
  // Of the requests that were in flight together only the first one counts as a round.
  if (failures < DOWN_FROM || leftAt < outage.roundFrom) return { ...outage, failures, since }
  const retryAt = now + backoffMs(outage.rounds, random)
  return { failures, since, rounds: outage.rounds + 1, roundFrom: now, retryAt }
}

export function isDown(outage: Outage): boolean {
  return outage.failures >= DOWN_FROM
}

export function lastsTooLong(outage: Outage, now: number, limitMs: number): boolean {
  return outage.failures > 0 && now - outage.since >= limitMs
}

/** "40 seconds", "10 minutes". */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 120) return seconds === 1 ? '1 second' : `${seconds} seconds`
  return `${Math.round(seconds / 60)} minutes`
}
