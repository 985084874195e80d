// Decides when a schedule tries again what failed: at once for its next slot, else after a pause that doubles. Pure.

import type { DueSync } from '../run/due.ts'

export interface Failure {
  readonly slot: Date
  readonly times: number
  /** Not before then, by the wall clock. */
  readonly until: Date
}

const FIRST_SECONDS = 60
const LONGEST_SECONDS = 3600

export function failedAgain(before: Failure | undefined, slot: Date, now: Date): Failure {
  const times = before !== undefined && before.slot.getTime() === slot.getTime() ? before.times + 1 : 1
  const seconds = Math.min(FIRST_SECONDS * 2 ** (times - 1), LONGEST_SECONDS)
  return { slot, times, until: new Date(now.getTime() + seconds * 1000) }
}

export function mayTry({ sync, slot }: DueSync, failures: ReadonlyMap<string, Failure>, now: Date): boolean {
  const failure = failures.get(sync.name)
  if (failure === undefined || slot > failure.slot) return true
  // A clock that was set back must not hold a sync for longer than the pause can be.
  const left = failure.until.getTime() - now.getTime()
  return left <= 0 || left > LONGEST_SECONDS * 1000
}
