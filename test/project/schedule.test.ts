import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Schedule } from '../../src/model/definition.ts'
import {
  earlierSlot,
  lastSlot,
  nextSlot,
  parseSchedule,
  parseTimezone,
  shortestIntervalSeconds,
} from '../../src/project/schedule.ts'

function scheduled(text: string, timezone = 'UTC'): Schedule {
  const verdict = parseSchedule(text, timezone)
  if ('flaw' in verdict) throw new Error(verdict.flaw.message)
  return verdict.value
}

function slots(schedule: Schedule, from: string, count: number): string[] {
  const found: string[] = []
  for (
    let at = nextSlot(schedule, new Date(from));
    at !== null && found.length < count;
    at = nextSlot(schedule, at)
  ) {
    found.push(at.toISOString())
  }
  return found
}

describe('parseSchedule', () => {
  it.each([
    ['hourly', '0 * * * *'],
    [' Hourly ', '0 * * * *'],
    ['daily', '0 0 * * *'],
    ['daily at 06:00', '0 6 * * *'],
    ['daily  at 6:05', '5 6 * * *'],
    ['daily at 23:59', '59 23 * * *'],
    ['every 15 minutes', '*/15 * * * *'],
    ['every minute', '* * * * *'],
    ['every 1 minutes', '* * * * *'],
    ['every 60 minutes', '0 * * * *'],
    ['every hour', '0 * * * *'],
    ['every 6 hours', '0 */6 * * *'],
    ['every 24 hours', '0 0 * * *'],
    ['*/15 9-17 * * mon-fri', '*/15 9-17 * * MON-FRI'],
    ['0  6 1 * *', '0 6 1 * *'],
  ])('%j is %s', (text, cron) => {
    expect(parseSchedule(text, 'Europe/Berlin')).toEqual({
      value: { text: text.trim(), cron, timezone: 'Europe/Berlin' },
    })
  })

  const FORMS = 'must be hourly, daily at 06:00, every 15 minutes, or a cron expression of five fields'

  it.each([
    ['every 7 minutes', 'cannot come every 7 minutes'],
    ['every 0 minutes', 'cannot come every 0 minutes'],
    ['every 90 minutes', 'cannot come every 90 minutes'],
    ['every 5 hours', 'cannot come every 5 hours'],
    ['daily at 24:00', 'has a time of day that does not exist'],
    ['daily at 12:60', 'has a time of day that does not exist'],
    ['houry', FORMS],
    ['@daily', FORMS],
    ['* * * * * *', FORMS],
    ['0 0 30 2 *', 'never comes'],
    ['61 * * * *', 'is not a cron expression: its field for the minute is wrong'],
    ['0 25 * * *', 'is not a cron expression: its field for the hour is wrong'],
    ['0 0 * JANUAR *', 'is not a cron expression: its field for the month is wrong'],
    ['5/15 * * * *', 'is not a cron expression: its field for the minute is wrong'],
  ])('%j %s', (text, message) => {
    expect(parseSchedule(text, 'UTC')).toMatchObject({ flaw: { message } })
  })

  it('names what is allowed', () => {
    expect(parseSchedule('every 7 minutes', 'UTC')).toMatchObject({
      flaw: { hint: 'The minutes must divide an hour: 1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60.' },
    })
    expect(parseSchedule('houry', 'UTC')).toMatchObject({
      flaw: { hint: expect.stringMatching(/^Did you mean hourly\?$/) },
    })
  })
})

describe('parseTimezone', () => {
  it('takes names of the tz database', () => {
    expect(parseTimezone('Europe/Berlin')).toEqual({ value: 'Europe/Berlin' })
    expect(parseTimezone('europe/berlin')).toEqual({ value: 'Europe/Berlin' })
    expect(parseTimezone('UTC')).toEqual({ value: 'UTC' })
  })

  it.each(['Europe/Berln', '+05:00', 'UTC+2', 'Mars/Base', ''])('refuses %j', (text) => {
    expect(parseTimezone(text)).toMatchObject({
      flaw: { message: 'must be the name of a time zone, such as UTC or Europe/Berlin' },
    })
  })

  it('knows the nearest', () => {
    expect(parseTimezone('Europe/Berln')).toMatchObject({ flaw: { hint: 'Did you mean Europe/Berlin?' } })
  })
})

describe('slots', () => {
  it.each([
    ['at the slot itself', '2026-01-01T10:00:00.000Z', '2026-01-01T10:00:00.000Z'],
    ['within the second', '2026-01-01T10:00:00.500Z', '2026-01-01T10:00:00.000Z'],
    ['just before', '2026-01-01T09:59:59.999Z', '2026-01-01T09:00:00.000Z'],
    ['just after', '2026-01-01T10:00:01.000Z', '2026-01-01T10:00:00.000Z'],
  ])('lastSlot %s', (_name, now, expected) => {
    expect(lastSlot(scheduled('hourly'), new Date(now))?.toISOString()).toBe(expected)
  })

  it('nextSlot is after now, never now', () => {
    expect(nextSlot(scheduled('hourly'), new Date('2026-01-01T10:00:00Z'))?.toISOString()).toBe(
      '2026-01-01T11:00:00.000Z',
    )
  })

  it('runs a time that the clocks skip right after the gap, on that day', () => {
    expect(slots(scheduled('daily at 02:30', 'Europe/Amsterdam'), '2027-03-27T00:00:00Z', 3)).toEqual([
      '2027-03-27T01:30:00.000Z',
      '2027-03-28T01:00:00.000Z',
      '2027-03-29T00:30:00.000Z',
    ])
  })

  it('runs a time that comes twice once', () => {
    const once = ['2027-10-31T00:30:00.000Z', '2027-11-01T01:30:00.000Z']
    expect(slots(scheduled('daily at 02:30', 'Europe/Amsterdam'), '2027-10-30T12:00:00Z', 2)).toEqual(once)
    expect(slots(scheduled('30 2,14 * * *', 'Europe/Amsterdam'), '2027-10-30T20:00:00Z', 2)).toEqual([
      '2027-10-31T00:30:00.000Z',
      '2027-10-31T13:30:00.000Z',
    ])
    const autumn = scheduled('daily at 02:30', 'Europe/Amsterdam')
    expect(lastSlot(autumn, new Date('2027-10-31T01:45:00Z'))?.toISOString()).toBe('2027-10-31T00:30:00.000Z')
  })

  it('keeps an hourly schedule hourly through both nights', () => {
    const hourly = scheduled('hourly', 'Europe/Amsterdam')
    expect(slots(hourly, '2027-10-30T23:30:00Z', 3).map((slot) => slot.slice(11, 16))).toEqual([
      '00:00',
      '01:00',
      '02:00',
    ])
    expect(slots(hourly, '2027-03-27T23:30:00Z', 3).map((slot) => slot.slice(11, 16))).toEqual([
      '00:00',
      '01:00',
      '02:00',
    ])
  })

  it('joins day of month and day of week by OR', () => {
    expect(
      slots(scheduled('0 0 15 * 1'), '2026-06-01T12:00:00Z', 4).map((slot) => slot.slice(0, 10)),
    ).toEqual(['2026-06-08', '2026-06-15', '2026-06-22', '2026-06-29'])
    expect(
      slots(scheduled('0 0 16 * 1'), '2026-06-09T12:00:00Z', 2).map((slot) => slot.slice(0, 10)),
    ).toEqual(['2026-06-15', '2026-06-16'])
  })

  it('last and next enclose every moment', () => {
    const schedule = fc
      .tuple(
        fc.constantFrom(
          'hourly',
          'daily at 02:30',
          'every 20 minutes',
          '30 1,2,3 * * *',
          '0 9 1 * 1',
          '*/30 1-3 * * *',
        ),
        fc.constantFrom(
          'UTC',
          'Europe/Amsterdam',
          'America/New_York',
          'Australia/Lord_Howe',
          'America/Havana',
        ),
      )
      .map(([text, timezone]) => scheduled(text, timezone))
    const moment = fc.date({
      min: new Date('2026-01-01T00:00:00Z'),
      max: new Date('2028-01-01T00:00:00Z'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(schedule, moment, (when, now) => {
        const last = lastSlot(when, now) ?? new Date(Number.NaN)
        expect(last.getTime()).toBeLessThanOrEqual(now.getTime())
        expect(nextSlot(when, last)?.getTime()).toBe(nextSlot(when, now)?.getTime())
        expect(nextSlot(when, now)?.getTime()).toBeGreaterThan(now.getTime())
      }),
      { numRuns: 200 },
    )
  })
})

describe('shortestIntervalSeconds', () => {
  it.each([
    [['hourly', 'daily'], 3600],
    [['daily at 06:00'], 86_400],
    [['every 15 minutes', 'hourly'], 900],
    [['* * * * *'], 60],
    [['0 0,23 * * *'], 3600],
    [['0 9 * * 1-5'], 86_400],
    [['0 9 1 * *'], 28 * 86_400],
    [['50,59 * * * *'], 540],
    [['0 0 29 2 *'], 366 * 86_400],
  ])('of %j is %i', (texts, seconds) => {
    expect(shortestIntervalSeconds(texts.map((text) => scheduled(text, 'Europe/Berlin')))).toBe(seconds)
  })

  it('is unknown without schedules', () => {
    expect(shortestIntervalSeconds([])).toBeNull()
  })
})

describe('earlierSlot', () => {
  const slot = (cron: string, now: string, count: number, more: object = {}) =>
    earlierSlot({ text: cron, cron, timezone: 'Europe/Berlin', ...more }, new Date(now), count)?.toISOString()

  it.each([
    ['the latest', '0 6 * * *', '2026-03-04T12:00:00Z', 1, '2026-03-04T05:00:00.000Z'],
    ['the third-latest', '0 6 * * *', '2026-03-04T12:00:00Z', 3, '2026-03-02T05:00:00.000Z'],
    ['over the spring night', '0 6 * * *', '2026-03-30T12:00:00Z', 3, '2026-03-28T05:00:00.000Z'],
    ['over a weekend', '0 9 * * 1-5', '2026-03-09T07:00:00Z', 2, '2026-03-05T08:00:00.000Z'],
  ])('%s', (_what, cron, now, count, expected) => {
    expect(slot(cron, now, count)).toBe(expected)
  })

  it('counts from the moment at which the sync comes', () => {
    expect(slot('0 * * * *', '2026-03-04T12:10:00Z', 1, { offsetSeconds: 900 })).toBe(
      '2026-03-04T11:15:00.000Z',
    )
  })
})
