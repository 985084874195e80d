import { describe, expect, it } from 'vitest'
import { requestsInFlight, smoothedLatency } from '../../src/braze/concurrency.ts'
import {
  afterFailure,
  backoffMs,
  durationText,
  isDown,
  lastsTooLong,
  NO_OUTAGE,
} from '../../src/braze/retry.ts'

describe('backoffMs', () => {
  it.each([
    [0, 0, 250],
    [0, 1, 500],
    [1, 0, 500],
    [3, 0.5, 3_000],
    [6, 0, 15_000],
    [6, 1, 30_000],
    [5000, 1, 30_000],
  ])('attempt %i with chance %d waits %i ms', (attempt, random, ms) => {
    expect(backoffMs(attempt, random)).toBe(ms)
  })
})

describe('afterFailure', () => {
  const failure = (now: number, leftAt: number) => ({ now, leftAt, random: 0 })

  it('counts from the first failure, and is down from the fifth in a row', () => {
    let outage = NO_OUTAGE
    for (const now of [100, 200, 300, 400]) outage = afterFailure(outage, failure(now, now - 50))
    expect(isDown(outage)).toBe(false)
    outage = afterFailure(outage, failure(500, 450))
    expect(isDown(outage)).toBe(true)
    expect(outage).toEqual({ failures: 5, since: 100, rounds: 1, roundFrom: 500, retryAt: 750 })
  })

  it('counts requests that were in flight together as one round, and each round waits longer', () => {
    let outage = { failures: 5, since: 100, rounds: 1, roundFrom: 500, retryAt: 750 }
    outage = afterFailure(outage, failure(510, 440))
    expect(outage.retryAt).toBe(750)
    outage = afterFailure(outage, failure(800, 760))
    expect(outage).toEqual({ failures: 7, since: 100, rounds: 2, roundFrom: 800, retryAt: 1300 })
    outage = afterFailure(outage, failure(801, 761))
    expect(outage.retryAt).toBe(1300)
  })

  it('lasts too long from the limit on', () => {
    const outage = afterFailure(NO_OUTAGE, failure(100, 50))
    expect(lastsTooLong(outage, 699, 600)).toBe(false)
    expect(lastsTooLong(outage, 700, 600)).toBe(true)
    expect(lastsTooLong(NO_OUTAGE, 10_000, 600)).toBe(false)
  })
})

describe('durationText', () => {
  it.each([
    [1_000, '1 second'],
    [40_400, '40 seconds'],
    [600_000, '10 minutes'],
  ])('%i ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text)
  })
})

describe('requestsInFlight', () => {
  it.each([
    [{ rate: 1000, latencyMs: 100, most: 256 }, 150],
    [{ rate: 1000, latencyMs: 1000, most: 256 }, 256],
    [{ rate: 1000, latencyMs: undefined, most: 256 }, 150],
    [{ rate: 200, latencyMs: 50, most: 256 }, 15],
    [{ rate: 1, latencyMs: 50, most: 256 }, 4],
    [{ rate: 1, latencyMs: 50, most: 2 }, 2],
    [{ rate: 0, latencyMs: 50, most: 0 }, 1],
  ])('%j needs %i', (demand, requests) => {
    expect(requestsInFlight(demand)).toBe(requests)
  })

  it('follows the latency slowly', () => {
    expect(smoothedLatency(undefined, 80)).toBe(80)
    expect(smoothedLatency(80, 180)).toBe(90)
  })
})
