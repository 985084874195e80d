import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LimitReport } from '../../src/braze/limit-headers.ts'
import { noteLimit, type Pace, pauseUntil, rateAt, startPace, takeTurn } from '../../src/braze/pace.ts'

const report = (remaining: number, secondsLeft: number, limit = 3000): LimitReport => ({
  limit,
  remaining,
  secondsLeft,
})

function start(ceiling: number, reserve = 0): Pace {
  return startPace({ ceiling, reserve, now: 0 })
}

/** When each of the turns was taken, if every wait is slept and the timer is late by what `late` says. */
function turnsUntil(end: number, first: Pace, late: (turn: number) => number): number[] {
  const turns: number[] = []
  let pace = first
  let now = 0
  while (now < end) {
    const turn = takeTurn(pace, { now, inFlight: 0 })
    pace = turn.pace
    if (turn.waitMs === 0) turns.push(now)
    else now += Math.ceil(turn.waitMs) + late(turns.length)
  }
  return turns
}

function mostWithin(turns: readonly number[], windowMs: number): number {
  let most = 0
  let from = 0
  for (const [to, time] of turns.entries()) {
    while (time - (turns[from] ?? 0) >= windowMs) from++
    most = Math.max(most, to - from + 1)
  }
  return most
}

describe('the ceiling', () => {
  it.each([
    ['on time', () => 0],
    ['2 ms late', () => 2],
    ['up to 90 ms late now and then', (turn: number) => (turn % 400 < 100 ? 90 : 1)],
  ])('holds 97 %% of 1,000 a second with timers that are %s, and never more', (_, late) => {
    const turns = turnsUntil(30_000, start(1000), late)
    expect(turns.length).toBeGreaterThanOrEqual(29_100)
    expect(turns.length).toBeLessThanOrEqual(30_101)
    expect(mostWithin(turns, 3_000)).toBeLessThanOrEqual(3_101)
  })

  it('starts with one request, not with a burst', () => {
    const first = takeTurn(start(10), { now: 0, inFlight: 0 })
    expect(first.waitMs).toBe(0)
    expect(takeTurn(first.pace, { now: 0, inFlight: 1 }).waitMs).toBeCloseTo(100)
  })

  it('holds in any window, whatever the timers do', () => {
    const lates = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 50 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), lates, (ceiling, late) => {
        const turns = turnsUntil(5_000, start(ceiling), (turn) => late[turn % late.length] ?? 0)
        expect(mostWithin(turns, 1_000)).toBeLessThanOrEqual(ceiling * 1.1 + 2)
      }),
      { numRuns: 50 },
    )
  })

  it('keeps a slow pace: one in two seconds', () => {
    expect(turnsUntil(9_000, start(0.5), () => 0)).toEqual([0, 2_000, 4_000, 6_000, 8_000])
  })
})

describe('a pause', () => {
  it('lets nobody leave, earns nothing, and is never shortened', () => {
    let pace = pauseUntil(pauseUntil(start(1000), 5_000), 2_000)
    expect(rateAt(pace, { now: 4_999, inFlight: 0 })).toBe(0)
    expect(takeTurn(pace, { now: 1_000, inFlight: 0 }).waitMs).toBe(4_000)
    pace = takeTurn(pace, { now: 4_999, inFlight: 0 }).pace
    const first = takeTurn(pace, { now: 5_000, inFlight: 0 })
    expect(first.waitMs).toBe(0)
    expect(takeTurn(first.pace, { now: 5_000, inFlight: 1 }).waitMs).toBeCloseTo(1)
  })
})

describe('a short window', () => {
  it('runs at the ceiling until nothing is left, then waits for the reset', () => {
    const open = noteLimit(start(1000), report(2, 2), 1_000)
    expect(rateAt(open, { now: 1_001, inFlight: 1 })).toBe(1000)
    const spent = noteLimit(open, report(0, 2), 1_100)
    expect(rateAt(spent, { now: 1_100, inFlight: 0 })).toBe(0)
    expect(takeTurn(spent, { now: 1_100, inFlight: 0 }).waitMs).toBe(1_900)
    expect(takeTurn(spent, { now: 3_000, inFlight: 0 }).waitMs).toBe(0)
  })

  it('counts requests in flight as spent, since Braze may not have seen them', () => {
    const pace = noteLimit(start(1000), report(10, 2), 0)
    expect(rateAt(pace, { now: 1, inFlight: 9 })).toBe(1000)
    expect(rateAt(pace, { now: 1, inFlight: 10 })).toBe(0)
  })

  it('believes the lowest of replies that overtook each other, and forgets them in the next window', () => {
    let pace = noteLimit(start(1000), report(3, 2), 0)
    pace = noteLimit(pace, report(8, 2), 10)
    expect(rateAt(pace, { now: 10, inFlight: 3 })).toBe(0)
    pace = noteLimit(pace, report(2_999, 3), 1_900)
    expect(rateAt(pace, { now: 1_900, inFlight: 3 })).toBe(1000)
    // A late reply of the window that is over.
    pace = noteLimit(pace, report(0, 0.1), 1_950)
    expect(rateAt(pace, { now: 1_950, inFlight: 3 })).toBe(1000)
  })

  it('is not thinned by the reserve', () => {
    const pace = noteLimit(start(1000, 0.5), report(100, 3), 0)
    expect(rateAt(pace, { now: 0, inFlight: 0 })).toBe(1000)
  })
})

describe('an hourly window', () => {
  it('spreads what is left, less the reserve, over the seconds left', () => {
    const pace = noteLimit(start(1000, 0.2), report(250_000, 3_600, 250_000), 0)
    expect(rateAt(pace, { now: 0, inFlight: 0 })).toBeCloseTo(55.56, 2)
    expect(rateAt(pace, { now: 1_800_000, inFlight: 0 })).toBeCloseTo(111.11, 2)
    expect(
      rateAt(noteLimit(start(40, 0.2), report(250_000, 3_600, 250_000), 0), { now: 0, inFlight: 0 }),
    ).toBe(40)
  })

  it('waits for the reset once only the reserve is left', () => {
    const pace = noteLimit(start(1000, 0.2), report(50_000, 1_800, 250_000), 0)
    expect(rateAt(pace, { now: 0, inFlight: 0 })).toBe(0)
    expect(takeTurn(pace, { now: 60_000, inFlight: 0 }).waitMs).toBe(1_740_000)
  })

  it('never slows down to nothing while anything is left', () => {
    const pace = noteLimit(start(1000, 0.2), report(50_002, 3_600, 250_000), 0)
    expect(rateAt(pace, { now: 0, inFlight: 0 })).toBe(0.1)
  })

  it('keeps the reserve in the last minute too', () => {
    let pace = noteLimit(start(1000, 0.2), report(60_000, 90, 250_000), 0)
    pace = noteLimit(pace, report(50_000, 30, 250_000), 60_000)
    expect(rateAt(pace, { now: 60_000, inFlight: 0 })).toBe(0)
    // The next window is first seen late: its limit says that it is the hourly one.
    const next = noteLimit(pace, report(50_000, 30, 250_000), 3_630_000)
    expect(rateAt(next, { now: 3_630_000, inFlight: 0 })).toBe(0)
  })
})

describe('a server that counts requests in windows of three seconds', () => {
  const exact = (seconds: number) => Math.max(seconds, 0.001)
  const servers = fc.record({
    // Larger than what can be in flight before the first reply of a window tells how much there is.
    limit: fc.integer({ min: 61, max: 300 }),
    latency: fc.integer({ min: 1, max: 400 }),
    ceiling: fc.integer({ min: 20, max: 400 }),
  })

  it('is never asked too often, once its replies say what is left', () => {
    fc.assert(
      fc.property(servers, (server) => {
        expect(againstWindows({ ...server, most: 30, told: exact }).refused).toBe(0)
      }),
      { numRuns: 50 },
    )
  })

  it.each([
    ['exactly', exact],
    ['in whole seconds, rounded up', (seconds: number) => Math.max(Math.ceil(seconds), 1)],
    ['in whole seconds, rounded down', (seconds: number) => Math.floor(seconds)],
  ])('gives 97 %% of 1,000 a second, when it tells the reset %s', (_, told) => {
    const { sent, refused } = againstWindows({ limit: 3_000, latency: 100, ceiling: 1000, most: 150, told })
    expect(refused).toBeLessThanOrEqual(100)
    expect(sent - refused).toBeGreaterThanOrEqual(11_640)
  })
})

interface Server {
  readonly limit: number
  readonly latency: number
  readonly ceiling: number
  /** Requests in flight at most. */
  readonly most: number
  /** How the server writes the seconds left. */
  readonly told: (seconds: number) => number
}

/** Runs 12 seconds, millisecond by millisecond. */
function againstWindows(server: Server): { sent: number; refused: number } {
  let pace = start(server.ceiling)
  const replies: { at: number; report: LimitReport }[] = []
  let sent = 0
  let refused = 0
  let used = 0
  for (let now = 0; now < 12_000; now++) {
    if (now % 3_000 === 0) used = 0
    for (; replies[0] !== undefined && replies[0].at <= now; replies.shift()) {
      if (replies[0].report.secondsLeft > 0) pace = noteLimit(pace, replies[0].report, now)
    }
    while (replies.length < server.most) {
      const turn = takeTurn(pace, { now, inFlight: replies.length })
      pace = turn.pace
      if (turn.waitMs > 0) break
      sent++
      used++
      if (used > server.limit) refused++
      const secondsLeft = server.told(3 - ((now % 3_000) + server.latency) / 1_000)
      const remaining = Math.max(server.limit - used, 0)
      replies.push({ at: now + server.latency, report: report(remaining, secondsLeft, server.limit) })
    }
  }
  return { sent, refused }
}
