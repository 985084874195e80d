import { describe, expect, it } from 'vitest'
import type { Schedule, Sync } from '../../src/model/definition.ts'
import { lastSlot, parseSchedule } from '../../src/project/schedule.ts'
import { dueSyncs, slotsNow } from '../../src/run/due.ts'

const now = new Date('2026-11-22T10:20:00Z')
const last = (schedule: Schedule) => lastSlot(schedule, now)

function sync(name: string, schedule: string, was?: string): Sync {
  const parsed = parseSchedule(schedule, 'UTC')
  if ('flaw' in parsed) throw new Error(parsed.flaw.message)
  return { name, schedule: parsed.value, ...(was === undefined ? {} : { was }) } as Sync
}

function due(syncs: readonly Sync[], covered: Readonly<Record<string, string>>): string[] {
  const slots = new Map(Object.entries(covered).map(([name, at]) => [name, new Date(at)]))
  return dueSyncs(syncs, { covered: slots, now, lastSlot: last }).map(
    ({ sync: { name }, slot }) => `${name} ${slot.toISOString()}`,
  )
}

describe('what is due', () => {
  it.each([
    ['never run', {}, ['vip 2026-11-22T10:00:00.000Z']],
    ['covered this hour', { vip: '2026-11-22T10:00:00Z' }, []],
    ['covered the hour before', { vip: '2026-11-22T09:00:00Z' }, ['vip 2026-11-22T10:00:00.000Z']],
    ['covered by a clock that ran ahead', { vip: '2026-11-22T11:00:00Z' }, []],
    ['another sync covered', { lapsed: '2026-11-22T10:00:00Z' }, ['vip 2026-11-22T10:00:00.000Z']],
  ])('an hourly sync, %s', (_case, covered, expected) => {
    expect(due([sync('vip', 'hourly')], covered)).toEqual(expected)
  })

  it('a daily sync whose hour has not come is as far as yesterday', () => {
    const daily = [sync('vip', 'daily at 23:00')]
    expect(due(daily, { vip: '2026-11-21T23:00:00Z' })).toEqual([])
    expect(due(daily, { vip: '2026-11-20T23:00:00Z' })).toEqual(['vip 2026-11-21T23:00:00.000Z'])
  })

  it('keeps the order of the syncs and leaves out only what is covered', () => {
    const syncs = [sync('b', 'hourly'), sync('a', 'every 15 minutes'), sync('c', 'hourly')]
    expect(due(syncs, { c: '2026-11-22T10:00:00Z', a: '2026-11-22T10:00:00Z' })).toEqual([
      'b 2026-11-22T10:00:00.000Z',
      'a 2026-11-22T10:15:00.000Z',
    ])
  })

  it('a renamed sync is as far as under its former name, until it has run under the new one', () => {
    const renamed = [sync('vip', 'hourly', 'best')]
    expect(due(renamed, { best: '2026-11-22T10:00:00Z' })).toEqual([])
    expect(due(renamed, { best: '2026-11-22T10:00:00Z', vip: '2026-11-22T09:00:00Z' })).toHaveLength(1)
  })
})

it('a run by hand covers the latest slot of every sync in it', () => {
  expect(slotsNow([sync('vip', 'hourly'), sync('quiz', 'daily at 06:00')], last)).toEqual(
    new Map([
      ['vip', new Date('2026-11-22T10:00:00Z')],
      ['quiz', new Date('2026-11-22T06:00:00Z')],
    ]),
  )
})
