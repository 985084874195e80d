import { describe, expect, it } from 'vitest'
import type { Sync } from '../../src/model/definition.ts'
import type { SyncState } from '../../src/run/status.ts'
import { healthOf } from '../../src/serve/answers/health.ts'
import { guardsOf } from '../../src/serve/answers/sync-view.ts'

const NOW = new Date('2026-11-22T10:00:00Z')

const state = (status: string | undefined, isOrphan = false): SyncState =>
  ({ isOrphan, last: status === undefined ? null : { status } }) as SyncState

describe('the health of a sync is the worst that is true of it', () => {
  it.each<[string, SyncState, { paused?: boolean; succeeded?: string; interval?: number }, string]>([
    ['never run', state(undefined), {}, 'new'],
    ['succeeded within its time', state('succeeded'), { succeeded: '09:00' }, 'healthy'],
    ['an hourly one, two hours and a minute ago', state('succeeded'), { succeeded: '07:59' }, 'late'],
    [
      'a frequent one is given a quarter of an hour',
      state('succeeded'),
      { succeeded: '09:46', interval: 60 },
      'healthy',
    ],
    ['and no more', state('succeeded'), { succeeded: '09:44', interval: 60 }, 'late'],
    ['some were refused', state('rejected'), { succeeded: '09:00' }, 'rejecting'],
    ['cut short', state('partial'), { succeeded: '09:00' }, 'partial'],
    ['failed, and late for it', state('failed'), { succeeded: '01:00' }, 'failing'],
    ['held, and late for it', state('held'), { succeeded: '01:00' }, 'held'],
    ['its file is gone', state('succeeded', true), { succeeded: '01:00' }, 'orphan'],
    ['paused, whatever else', state('failed'), { paused: true }, 'paused'],
  ])('%s', (_case, found, { paused = false, succeeded, interval = 3600 }, expected) => {
    const succeededAt = succeeded === undefined ? null : `2026-11-22T${succeeded}:00Z`
    expect(
      healthOf({ state: found, isPaused: paused, succeededAt, intervalSeconds: interval, now: NOW }),
    ).toBe(expected)
  })
})

describe('the margins of the guards', () => {
  const sync = (guards: Sync['guards']) => ({ guards }) as Sync
  const last = { rows: 900, changed: 40 } as Parameters<typeof guardsOf>[1]['last']

  it('count removes of a day, of leavers or of the attribute that lost most', () => {
    const guards = { maxRemoves: { unit: 'share', share: 0.2 }, minRows: 1 } as const
    const recent = { leavers: 30, byAttribute: { city: 70, tier: 5 }, sizeThen: 1000 }
    expect(guardsOf(sync(guards), { recent, size: 950, last })).toEqual([
      { guard: 'max_removes', limit: '20%', allowed: 200, used: 70, of: 1000 },
      { guard: 'min_rows', limit: '1', allowed: 1, used: 900, of: null },
    ])
  })

  it('in people where the limit is one of people, and of changes where there is such a guard', () => {
    const guards = {
      maxRemoves: { unit: 'people', count: 500 },
      maxChanges: { unit: 'share', share: 0.125 },
      minRows: 10,
    } as const
    const recent = { leavers: 0, byAttribute: {}, sizeThen: undefined }
    expect(guardsOf(sync(guards), { recent, size: 80, last: undefined })).toEqual([
      { guard: 'max_removes', limit: '500', allowed: 500, used: 0, of: null },
      { guard: 'max_changes', limit: '12.5%', allowed: null, used: 0, of: 80 },
      { guard: 'min_rows', limit: '10', allowed: 10, used: 0, of: null },
    ])
  })
})
