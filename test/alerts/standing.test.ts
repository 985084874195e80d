import { describe, expect, it } from 'vitest'
import { type Facts, standingAlerts, untold } from '../../src/alerts/standing.ts'
import type { RecentRun } from '../../src/ledger/alerts.ts'
import type { AlertSettings } from '../../src/model/alert-settings.ts'
import { earlierSlot } from '../../src/project/schedule.ts'

const settings: AlertSettings = {
  rejectedAbove: { unit: 'share', share: 0.01 },
  lateAfter: 3,
  sizeDeviation: 6,
  digestSeconds: 86_400,
}
const schedule = { text: 'hourly', cron: '0 * * * *', timezone: 'UTC' }
const NOW = new Date('2026-03-04T12:10:00.000Z')
const at = (time: string) => `2026-03-04T${time}:00.000Z`

const ran = (run: Partial<RecentRun> = {}): RecentRun => ({
  sync: 'vip',
  status: 'succeeded',
  rows: 1000,
  rejected: 0,
  heldBy: [],
  heldSince: undefined,
  plan: undefined,
  error: undefined,
  endedAt: at('12:01'),
  ...run,
})

interface Story {
  /** Over the newest of `recent`. */
  readonly last?: Partial<RecentRun>
  readonly recent?: readonly RecentRun[]
  readonly succeeded?: string
  readonly facts?: Partial<Facts>
}

function factsOf({ last = {}, recent = [ran()], succeeded = at('12:01'), facts = {} }: Story): Facts {
  return {
    syncs: [{ name: 'vip', schedule }],
    recent: new Map([['vip', recent.with(0, { ...ran(recent[0]), ...last })]]),
    succeeded: new Map(succeeded === '' ? [] : [['vip', succeeded]]),
    failure: undefined,
    isPaused: () => false,
    slotBefore: (of, count) => earlierSlot(of, NOW, count),
    ...facts,
  }
}
const standing = (story: Story) => standingAlerts(factsOf(story), settings)

describe('what stands', () => {
  it('is nothing when all went well', () => {
    expect(standing({ last: {} })).toEqual([])
  })

  it('a hold, since it began, with the plan that waits', () => {
    const last = { status: 'held', heldBy: ['min_rows: a', 'max_removes: b'], heldSince: at('09:00') }
    expect(standing({ last: { ...last, plan: 'p-7' }, succeeded: at('01:00') })).toEqual([
      {
        sync: 'vip',
        cause: 'held',
        since: at('09:00'),
        text: 'min_rows: a; max_removes: b',
        hint: 'If it is meant: brazier apply p-7',
      },
    ])
  })

  it('a failure, and nothing else of the same sync', () => {
    const story = { last: { status: 'failed', error: 'no such column' }, succeeded: at('01:00') }
    expect(standing(story)).toEqual([
      { sync: 'vip', cause: 'failed', since: at('12:01'), text: 'no such column' },
    ])
  })

  it('one outage is one alert', () => {
    const failure = { error: 'Braze is out of reach', endedAt: at('12:02') }
    expect(standing({ last: { status: 'failed', error: failure.error }, facts: { failure } })).toEqual([
      { sync: '', cause: 'failed', since: at('12:02'), text: 'Braze is out of reach' },
    ])
  })

  it('no alert for a run that was told to stop; what stood, stands', () => {
    const failure = { error: 'stopped by SIGTERM', endedAt: at('12:02') }
    const story = { last: { status: 'failed', error: failure.error }, facts: { failure } }
    expect(standing(story)).toEqual([])
    expect([...untold(factsOf(story))]).toEqual(['vip'])
    expect([...untold(factsOf({ last: { status: 'skipped' } }))]).toEqual(['vip'])
    expect([...untold(factsOf({ last: { status: 'failed', error: 'other' } }))]).toEqual([])
  })

  it.each([
    [10, []],
    [11, ['11 of 1,000 people were refused, wholly or in part']],
  ])('%i of 1,000 rejected', (rejected, texts) => {
    const found = standing({ last: { status: 'rejected' }, recent: [ran({ rejected })] })
    expect(found.map(({ text }) => text)).toEqual(texts)
    expect(found.every(({ cause }) => cause === 'rejected')).toBe(true)
  })

  it('late after three slots without a success, and not a moment before', () => {
    // Slots by 12:10: 12:00, 11:00, 10:00.
    expect(standing({ succeeded: at('10:00') })).toEqual([])
    expect(standing({ succeeded: at('09:59') })).toEqual([
      {
        sync: 'vip',
        cause: 'late',
        since: at('09:59'),
        text: `its last success was at ${at('09:59')}; it is to run hourly`,
      },
    ])
  })

  it('late on a Monday counts no Sunday', () => {
    const workdays = { text: '0 9 * * 1-5', cron: '0 9 * * 1-5', timezone: 'UTC' }
    const monday = new Date('2026-03-09T08:00:00Z')
    const facts = {
      syncs: [{ name: 'vip', schedule: workdays }],
      slotBefore: (of: typeof workdays, count: number) => earlierSlot(of, monday, count),
    }
    expect(standing({ succeeded: '2026-03-04T09:01:00.000Z', facts })).toEqual([])
    expect(standing({ succeeded: '2026-03-03T09:01:00.000Z', facts }).map(({ cause }) => cause)).toEqual([
      'late',
    ])
  })

  it('a sync that never succeeded is late by its first try; one never tried, or paused, is not', () => {
    const tries = [ran({ status: 'partial' }), ran({ status: 'partial', endedAt: at('08:00') })]
    expect(standing({ succeeded: '', recent: tries }).map(({ text }) => text)).toEqual([
      'it has never succeeded; it is to run hourly',
    ])
    expect(standing({ succeeded: '', facts: { recent: new Map() } })).toEqual([])
    expect(standing({ succeeded: at('01:00'), facts: { isPaused: (sync) => sync === 'vip' } })).toEqual([])
  })

  it('an unusual size, by the runs that succeeded', () => {
    const before = Array.from({ length: 9 }, () => ran())
    const failed = Array.from({ length: 20 }, () => ran({ status: 'held', rows: 3 }))
    expect(standing({ recent: [ran({ rows: 400 }), ...failed, ...before] })).toEqual([
      {
        sync: 'vip',
        cause: 'size',
        since: at('12:01'),
        text: 'the query returned 400 rows, usually 1,000 or so',
      },
    ])
    expect(standing({ recent: [ran({ rows: null }), ...before] })).toEqual([])
  })
})
