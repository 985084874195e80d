// Decides which request may leave next: the one place where pace, requests in flight, a 429's pause and an outage meet.
// Every request passes here, so one 429 stops all of them, and an outage is probed by a few instead of hammered by all.

import type { BrazeError } from '../model/errors.ts'
import { requestsInFlight, smoothedLatency } from './concurrency.ts'
import type { LimitReport } from './limit-headers.ts'
import { noteLimit, type Pace, pauseUntil, rateAt, startPace, takeTurn } from './pace.ts'
import { afterFailure, backoffMs, isDown, lastsTooLong, NO_OUTAGE, type Outage, PROBES } from './retry.ts'

/** Time and chance, so that tests can hold them. */
export interface Clock {
  /** Milliseconds of a monotonic clock. */
  now(): number
  /** In [0, 1). */
  random(): number
  /** Ends early, by rejecting, when the signal aborts. `now` must have moved on when it resolves. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export interface GateSettings {
  readonly requestsPerSecond: number
  readonly reserve: number
  readonly maxConnections: number
  readonly giveUpAfterSeconds: number
}

/** A request on its way. The counts tell whether it left before or after what has happened since. */
export interface Turn {
  readonly leftAt: number
  readonly pauses: number
  readonly ends: number
}

/** How Braze is doing, all requests together. */
export interface Health {
  readonly failures: number
  readonly lastedMs: number
  /** Nothing was answered for as long as the settings allow. */
  readonly isTooLong: boolean
  /** What ended the sending since the request left; it must not start the clock of a new outage. */
  readonly endedBy: BrazeError | undefined
}

interface Waiter {
  readonly notBefore: number
  leave(): void
  turnAway(reason: unknown): void
}

/** Timers are 32 bits wide; a longer wait is slept in pieces. */
const LONGEST_SLEEP_MS = 3_600_000

export class Gate {
  readonly #settings: GateSettings
  readonly #clock: Clock
  #pace: Pace
  #outage: Outage = NO_OUTAGE
  #latency: number | undefined
  #inFlight = 0
  /** May leave as soon as pace and room allow, first come, first served. */
  #ready: Waiter[] = []
  /** Wait for a moment of their own. */
  #delayed: Waiter[] = []
  #alarm: { readonly at: number; readonly stop: AbortController } | undefined
  #ends = 0
  #endedBy: BrazeError | undefined
  #isClosed = false
  #pauses = 0
  /** Pauses without an answer in between. */
  #pausesInRow = 0

  constructor(settings: GateSettings, clock: Clock) {
    this.#settings = settings
    this.#clock = clock
    const { requestsPerSecond: ceiling, reserve } = settings
    this.#pace = startPace({ ceiling, reserve, now: clock.now() })
  }

  /** Requests a second that the pace allows now. */
  get rate(): number {
    return rateAt(this.#pace, { now: this.#clock.now(), inFlight: this.#inFlight })
  }

  /** Pauses that a 429 began. */
  get throttled(): number {
    return this.#pauses
  }

  /** While Braze counts as down: how often, and for how long. */
  get outage(): Pick<Health, 'failures' | 'lastedMs'> | undefined {
    const { failures, since } = this.#outage
    return isDown(this.#outage) ? { failures, lastedMs: this.#clock.now() - since } : undefined
  }

  /**
   * Resolves when the request may leave; it then counts as in flight, until one of the methods below
   * takes it back. Rejects with the signal's reason, or with what ended the sending.
   */
  enter(signal: AbortSignal, notBefore = Number.NEGATIVE_INFINITY): Promise<Turn> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      if (this.#isClosed) return reject(this.#endedBy)
      const onAbort = () => {
        this.#forget(waiter)
        reject(signal.reason)
      }
      const waiter: Waiter = {
        notBefore,
        leave: () => {
          signal.removeEventListener('abort', onAbort)
          resolve({ leftAt: this.#clock.now(), pauses: this.#pauses, ends: this.#ends })
        },
        turnAway: (reason) => {
          signal.removeEventListener('abort', onAbort)
          reject(reason)
        },
      }
      signal.addEventListener('abort', onAbort, { once: true })
      if (notBefore > this.#clock.now()) this.#delayed.push(waiter)
      else if (notBefore === Number.NEGATIVE_INFINITY) this.#ready.push(waiter)
      else this.#ready.unshift(waiter)
      this.#open()
    })
  }

  /** The request did not leave after all. */
  giveBack(): void {
    this.#inFlight--
    this.#open()
  }

  /** Braze answered: whatever it said, it is there. */
  answered(turn: Turn, report: LimitReport | undefined): void {
    const now = this.#clock.now()
    this.#inFlight--
    this.#latency = smoothedLatency(this.#latency, now - turn.leftAt)
    this.#outage = NO_OUTAGE
    this.#pausesInRow = 0
    if (report !== undefined) this.#pace = noteLimit(this.#pace, report, now)
    this.#open()
  }

  /** A 429: nobody leaves for a while. Says how long, if this one begins the pause. */
  pause(turn: Turn, waitMs: number | undefined): number | undefined {
    const now = this.#clock.now()
    this.#inFlight--
    this.#outage = NO_OUTAGE
    // The replies of requests that were in flight together are one pause.
    const isNew = turn.pauses === this.#pauses
    const wait = isNew ? this.#newPause(waitMs) : (waitMs ?? 0)
    this.#pace = pauseUntil(this.#pace, now + wait)
    this.#open()
    return isNew ? wait : undefined
  }

  /** A reset that is already past (clocks differ) must not become a loop without a wait. */
  #newPause(waitMs: number | undefined): number {
    const row = this.#pausesInRow++
    this.#pauses++
    if (waitMs !== undefined && row === 0) return waitMs
    return Math.max(waitMs ?? 0, backoffMs(row + 1, this.#clock.random()))
  }

  /** No answer, or one that says "later". */
  failed(turn: Turn): Health {
    const now = this.#clock.now()
    this.#inFlight--
    const endedBy = turn.ends === this.#ends ? undefined : this.#endedBy
    if (endedBy === undefined) {
      const failure = { now, leftAt: turn.leftAt, random: this.#clock.random() }
      this.#outage = afterFailure(this.#outage, failure)
    }
    const { failures, since } = this.#outage
    const isTooLong = lastsTooLong(this.#outage, now, this.#settings.giveUpAfterSeconds * 1000)
    this.#open()
    return { failures, lastedMs: now - since, isTooLong, endedBy }
  }

  /** Turns everybody away who waits: Braze as a whole refuses us, or is out of reach for too long. */
  end(reason: BrazeError): void {
    this.#ends++
    this.#endedBy = reason
    this.#outage = NO_OUTAGE
    for (const waiter of [...this.#ready.splice(0), ...this.#delayed.splice(0)]) waiter.turnAway(reason)
    this.#silence()
  }

  close(reason: BrazeError): void {
    this.#isClosed = true
    this.end(reason)
  }

  /** Lets out as many as may leave now, and sets an alarm for the next one. */
  #open(): void {
    const now = this.#clock.now()
    this.#callDelayed(now)
    const wait = this.#letOut(now)
    const nextDelayed = Math.min(...this.#delayed.map(({ notBefore }) => notBefore - now))
    const next = Math.min(wait, nextDelayed)
    if (next < Number.POSITIVE_INFINITY) this.#wakeIn(next, now)
  }

  /** Milliseconds until the next one may leave; infinite when nobody waits, or only a reply can make room. */
  #letOut(now: number): number {
    while (this.#ready.length > 0) {
      if (this.#inFlight >= this.#room(now)) return Number.POSITIVE_INFINITY
      if (isDown(this.#outage) && this.#outage.retryAt > now) return this.#outage.retryAt - now
      const turn = takeTurn(this.#pace, { now, inFlight: this.#inFlight })
      this.#pace = turn.pace
      if (turn.waitMs > 0) return turn.waitMs
      this.#inFlight++
      this.#ready.shift()?.leave()
    }
    return Number.POSITIVE_INFINITY
  }

  #room(now: number): number {
    if (isDown(this.#outage)) return PROBES
    const rate = Math.min(
      this.#settings.requestsPerSecond,
      rateAt(this.#pace, { now, inFlight: this.#inFlight }),
    )
    return requestsInFlight({ rate, latencyMs: this.#latency, most: this.#settings.maxConnections })
  }

  /** Those whose moment has come go ahead of the others: they are older. */
  #callDelayed(now: number): void {
    const due = this.#delayed.filter(({ notBefore }) => notBefore <= now)
    if (due.length === 0) return
    this.#delayed = this.#delayed.filter(({ notBefore }) => notBefore > now)
    this.#ready.unshift(...due)
  }

  #wakeIn(ms: number, now: number): void {
    const wait = Math.min(ms, LONGEST_SLEEP_MS)
    if (this.#alarm !== undefined && this.#alarm.at <= now + wait) return
    this.#silence()
    const alarm = { at: now + wait, stop: new AbortController() }
    this.#alarm = alarm
    const ring = () => {
      if (this.#alarm !== alarm) return
      this.#alarm = undefined
      this.#open()
    }
    this.#clock.sleep(wait, alarm.stop.signal).then(ring, () => {})
  }

  #silence(): void {
    this.#alarm?.stop.abort()
    this.#alarm = undefined
  }

  #forget(waiter: Waiter): void {
    this.#ready = this.#ready.filter((other) => other !== waiter)
    this.#delayed = this.#delayed.filter((other) => other !== waiter)
    if (this.#ready.length + this.#delayed.length === 0) this.#silence()
  }
}
