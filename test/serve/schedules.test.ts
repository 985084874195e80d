// Decides what must hold of schedules whatever the clock does: every minute somebody looks, and what is due runs. Simulated:
// the clock is a number, the ledger a map, a run covers the slots that it was started for.

import { describe, expect, it } from 'vitest'
import type { Schedule, Sync } from '../../src/model/definition.ts'
import { lastSlot, nextSlot, offsetWithin, parseSchedule } from '../../src/project/schedule.ts'
import { type DueSync, dueSyncs } from '../../src/run/due.ts'
import { type Failure, failedAgain, mayTry } from '../../src/serve/backoff.ts'

interface Options {
  readonly timezone?: string
  readonly offsetSeconds?: number
  readonly catchUpSeconds?: number
}

function sync(schedule: string, { timezone = 'UTC', ...rest }: Options = {}): Sync {
  const parsed = parseSchedule(schedule, timezone)
  if ('flaw' in parsed) throw new Error(parsed.flaw.message)
  return { name: 'vip', schedule: { ...parsed.value, ...rest } } as Sync
}

const MINUTE = 60_000

interface Life {
  readonly from: string
  readonly to: string
  /** The process does nothing between them. */
  readonly asleep?: readonly [from: string, to: string]
  /** How many look at once. */
  readonly replicas?: number
  /** Minutes between two looks; 1 unless said. */
  readonly step?: number
  /** The slot covered before. */
  readonly covered: string
}

/** `started -> slot` of every run. */
function live(one: Sync, life: Life): string[] {
  const covered = new Map([['vip', new Date(life.covered)]])
  const [sleepFrom, sleepTo] = (life.asleep ?? [life.to, life.to]).map((text) => Date.parse(text))
  const runs: string[] = []
  for (let at = Date.parse(life.from); at < Date.parse(life.to); at += (life.step ?? 1) * MINUTE) {
    if (at >= (sleepFrom ?? 0) && at < (sleepTo ?? 0)) continue
    for (let replica = 0; replica < (life.replicas ?? 1); replica += 1) {
      const now = new Date(at)
      for (const { slot } of due(one, covered, now)) {
        covered.set('vip', slot)
        runs.push(`${short(now)} -> ${short(slot)}`)
      }
    }
  }
  return runs
}

const due = (one: Sync, covered: ReadonlyMap<string, Date>, now: Date): DueSync[] =>
  dueSyncs([one], { covered, now, lastSlot: (schedule: Schedule) => lastSlot(schedule, now) })

const short = (at: Date): string => at.toISOString().slice(5, 16)

describe('every slot is run once', () => {
  it.each<[string, Sync, Life, string[]]>([
    [
      'in spring a time that the clocks skip comes right after the gap',
      sync('daily at 02:30', { timezone: 'Europe/Amsterdam' }),
      { step: 15, from: '2027-03-27T00:00:00Z', to: '2027-03-29T12:00:00Z', covered: '2027-03-26T01:30:00Z' },
      ['03-27T01:30 -> 03-27T01:30', '03-28T01:00 -> 03-28T01:00', '03-29T00:30 -> 03-29T00:30'],
    ],
    [
      'in autumn a time that comes twice is run once',
      sync('daily at 02:30', { timezone: 'Europe/Amsterdam' }),
      { step: 15, from: '2027-10-30T00:00:00Z', to: '2027-11-01T12:00:00Z', covered: '2027-10-29T00:30:00Z' },
      ['10-30T00:30 -> 10-30T00:30', '10-31T00:30 -> 10-31T00:30', '11-01T01:30 -> 11-01T01:30'],
    ],
    [
      'half an hour of summer time (Lord Howe) moves nothing else',
      sync('daily at 02:15', { timezone: 'Australia/Lord_Howe' }),
      { step: 15, from: '2026-10-02T12:00:00Z', to: '2026-10-04T23:00:00Z', covered: '2026-10-01T15:45:00Z' },
      ['10-02T15:45 -> 10-02T15:45', '10-03T15:30 -> 10-03T15:30', '10-04T15:15 -> 10-04T15:15'],
    ],
    [
      'after a night asleep the hours that were missed are one run',
      sync('hourly'),
      {
        from: '2026-11-22T00:00:00Z',
        to: '2026-11-22T09:30:00Z',
        covered: '2026-11-22T00:00:00Z',
        asleep: ['2026-11-22T01:30:00Z', '2026-11-22T07:20:00Z'],
      },
      [
        '11-22T01:00 -> 11-22T01:00',
        '11-22T07:20 -> 11-22T07:00',
        '11-22T08:00 -> 11-22T08:00',
        '11-22T09:00 -> 11-22T09:00',
      ],
    ],
    [
      'what was missed for longer than the catch-up is left out',
      sync('daily at 02:00', { catchUpSeconds: 6 * 3600 }),
      {
        step: 15,
        from: '2026-11-22T00:00:00Z',
        to: '2026-11-24T03:00:00Z',
        covered: '2026-11-21T02:00:00Z',
        asleep: ['2026-11-22T01:00:00Z', '2026-11-22T08:01:00Z'],
      },
      ['11-23T02:00 -> 11-23T02:00', '11-24T02:00 -> 11-24T02:00'],
    ],
    [
      'what was missed for less is made up for, once',
      sync('daily at 02:00', { catchUpSeconds: 6 * 3600 }),
      {
        from: '2026-11-22T00:00:00Z',
        to: '2026-11-22T12:00:00Z',
        covered: '2026-11-21T02:00:00Z',
        asleep: ['2026-11-22T01:00:00Z', '2026-11-22T07:59:00Z'],
      },
      ['11-22T07:59 -> 11-22T02:00'],
    ],
    [
      'two replicas that look at once run it once',
      sync('every 15 minutes'),
      {
        from: '2026-11-22T00:01:00Z',
        to: '2026-11-22T00:46:00Z',
        covered: '2026-11-22T00:00:00Z',
        replicas: 2,
      },
      ['11-22T00:15 -> 11-22T00:15', '11-22T00:30 -> 11-22T00:30', '11-22T00:45 -> 11-22T00:45'],
    ],
    [
      'with jitter it comes later, at its own moment, under its nominal time',
      sync('hourly', { offsetSeconds: 7 * 60 }),
      { from: '2026-11-22T00:30:00Z', to: '2026-11-22T02:30:00Z', covered: '2026-11-22T00:00:00Z' },
      ['11-22T01:07 -> 11-22T01:00', '11-22T02:07 -> 11-22T02:00'],
    ],
    [
      'day of the month or day of the week, whichever comes, as cron does',
      sync('0 6 13 * 1'),
      { step: 30, from: '2026-11-08T00:00:00Z', to: '2026-11-17T00:00:00Z', covered: '2026-11-02T06:00:00Z' },
      ['11-09T06:00 -> 11-09T06:00', '11-13T06:00 -> 11-13T06:00', '11-16T06:00 -> 11-16T06:00'],
    ],
  ])('%s', (_case, one, life, expected) => {
    expect(live(one, life)).toEqual(expected)
  })

  it('a clock that is set back runs nothing a second time', () => {
    const covered = new Map([['vip', new Date('2026-11-22T10:00:00Z')]])
    expect(due(sync('hourly'), covered, new Date('2026-11-22T08:30:00Z'))).toEqual([])
    expect(due(sync('hourly'), covered, new Date('2026-11-22T11:00:00Z'))).toHaveLength(1)
  })
})

describe('jitter', () => {
  it('is the same for a name, whole seconds, and spread over all of it', () => {
    const offsets = Array.from({ length: 400 }, (_, i) => offsetWithin(300, `sync_${i}`))
    expect(offsetWithin(300, 'sync_7')).toBe(offsets[7])
    expect(Math.min(...offsets)).toBeLessThan(10)
    expect(Math.max(...offsets)).toBeGreaterThan(290)
    expect(offsets.every((offset) => Number.isInteger(offset) && offset <= 300)).toBe(true)
    expect(offsetWithin(0, 'sync_7')).toBe(0)
  })

  it('moves the next time as well', () => {
    const { schedule } = sync('hourly', { offsetSeconds: 420 })
    expect(nextSlot(schedule, new Date('2026-11-22T10:05:00Z'))?.toISOString()).toBe(
      '2026-11-22T10:07:00.000Z',
    )
    expect(nextSlot(schedule, new Date('2026-11-22T10:07:00Z'))?.toISOString()).toBe(
      '2026-11-22T11:07:00.000Z',
    )
  })
})

describe('what failed is tried again', () => {
  const at = (text: string) => new Date(`2026-11-22T${text}:00Z`)
  const daily: DueSync = { sync: sync('daily at 06:00'), slot: at('06:00') }

  it('after a pause that doubles, an hour at most', () => {
    let failure: Failure | undefined
    const pauses = Array.from({ length: 8 }, () => {
      failure = failedAgain(failure, daily.slot, at('06:00'))
      return (failure.until.getTime() - at('06:00').getTime()) / MINUTE
    })
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
  })

  it('not before, but at once for the next slot, and when the clock was set back', () => {
    const failures = new Map([['vip', failedAgain(undefined, daily.slot, at('06:00'))]])
    expect(mayTry(daily, failures, at('06:00'))).toBe(false)
    expect(mayTry(daily, failures, at('06:01'))).toBe(true)
    expect(mayTry({ ...daily, slot: at('06:01') }, failures, at('06:00'))).toBe(true)
    expect(mayTry(daily, failures, at('04:00'))).toBe(true)
    expect(mayTry(daily, new Map(), at('06:00'))).toBe(true)
  })
})
