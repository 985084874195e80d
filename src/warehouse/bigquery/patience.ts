// Decides how long we wait between two tries, and how often a request is sent again. Two processes that met once should
// not meet again, so waits are random.

import { setTimeout as sleep } from 'node:timers/promises'
import { faultOf, mayAskAgain } from './job-error.ts'

export interface Clock {
  sleep(milliseconds: number): Promise<unknown>
  monotonic(): number
  random(): number
}

export const realClock: Clock = {
  sleep: (milliseconds) => sleep(milliseconds),
  monotonic: () => performance.now(),
  random: Math.random,
}

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 20_000

/** Half of the wait is sure, half is chance; it doubles with each try. */
export function waitFor(tries: number, { random }: Pick<Clock, 'random'>): number {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries)
  return full / 2 + (full / 2) * random()
}

/** Some two minutes in all. */
const MOST_TRIES = 10
/** Some seven seconds, as long as BigQuery has never answered: the address may be wrong, and somebody waits. */
const FEW_TRIES = 4

export interface Patience {
  readonly clock: Clock
  /** Whether BigQuery has ever answered. */
  readonly contact: { made: boolean }
}

export const mostTries = ({ contact }: Patience): number => (contact.made ? MOST_TRIES : FEW_TRIES)

export function answered<T>({ contact }: Patience, answer: T): T {
  contact.made = true
  return answer
}

/** Repeats a request that changes nothing, while what goes wrong may pass. @throws JobError */
export async function ask<T>(patience: Patience, request: () => Promise<T>): Promise<T> {
  const { clock } = patience
  for (let tries = 0; ; tries += 1) {
    try {
      return answered(patience, await request())
    } catch (thrown) {
      const fault = faultOf(thrown)
      if (!mayAskAgain(fault) || tries >= mostTries(patience)) throw fault
    }
    await clock.sleep(waitFor(tries, clock))
  }
}
