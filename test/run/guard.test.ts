import { describe, expect, it } from 'vitest'
import type { PlannedNumbers } from '../../src/ledger/plans.ts'
import type { Guards, Limit } from '../../src/model/definition.ts'
import { type GuardInput, judge, rulesOf } from '../../src/run/guard.ts'

const people = (count: number): Limit => ({ unit: 'people', count })
const share = (value: number): Limit => ({ unit: 'share', share: value })

interface Case {
  readonly guards?: Partial<Guards>
  readonly numbers?: Partial<PlannedNumbers>
  readonly recent?: Partial<GuardInput['recent']>
  readonly rest?: Partial<Pick<GuardInput, 'sourceTime' | 'settledSourceTime' | 'newThroughStar'>>
}

const held = ({ guards, numbers, recent, rest }: Case): string[] =>
  judge({
    guards: { maxRemoves: share(0.2), minRows: 1, ...guards },
    numbers: {
      added: 0,
      changed: 0,
      removed: 0,
      repaired: 0,
      migrated: 0,
      objects: 0,
      silent: 0,
      dataPoints: 0,
      newProfiles: 0,
      lost: {},
      rows: 1000,
      unchanged: 1000,
      withheld: 0,
      withheldFresh: 0,
      sizeBefore: 1000,
      firstLoad: false,
      ...numbers,
    },
    recent: { leavers: 0, byAttribute: {}, sizeThen: undefined, ...recent },
    sourceTime: undefined,
    settledSourceTime: undefined,
    newThroughStar: [],
    ...rest,
  })

describe('max_removes as a share', () => {
  it.each([
    ['exactly the share passes', { numbers: { removed: 200 } }, []],
    [
      'one more is held',
      { numbers: { removed: 201 } },
      ['max_removes: 201 of 1,000 people (20.1 %, limit 20 %) would leave'],
    ],
    ['of fewer than 100 people any share may leave', { numbers: { removed: 99, sizeBefore: 99 } }, []],
    [
      'of 100 it counts',
      { numbers: { removed: 21, sizeBefore: 100 } },
      ['max_removes: 21 of 100 people (21 %, limit 20 %) would leave'],
    ],
    [
      'what left within 24 hours is added, against the size then',
      { numbers: { removed: 60, sizeBefore: 850 }, recent: { leavers: 150, sizeThen: 1000 } },
      ['max_removes: 60 of 1,000 people, 150 more within 24 hours (21 %, limit 20 %) would leave'],
    ],
    [
      'a size of then that is no crowd does not stand for the size of now',
      { numbers: { removed: 30, sizeBefore: 200 }, recent: { leavers: 0, sizeThen: 3 } },
      [],
    ],
    [
      'with nobody leaving now, the past holds nothing back',
      { recent: { leavers: 900, sizeThen: 1000 } },
      [],
    ],
  ] satisfies [string, Case, string[]][])('%s', (_, input, reasons) => {
    expect(held(input)).toEqual(reasons)
  })
})

describe('max_removes as people', () => {
  it('counts of any size', () => {
    const guards = { maxRemoves: people(2) }
    expect(held({ guards, numbers: { removed: 2, sizeBefore: 3 } })).toEqual([])
    expect(held({ guards, numbers: { removed: 1, sizeBefore: 3 }, recent: { leavers: 2 } })).toEqual([
      'max_removes: 1 person, 2 more within 24 hours (limit 2) would leave',
    ])
  })

  it('holds every remove at 0', () => {
    expect(held({ guards: { maxRemoves: people(0) }, numbers: { removed: 1 } })).toEqual([
      'max_removes: 1 person (limit 0) would leave',
    ])
  })
})

it('max_removes counts each attribute for itself, beside the leavers', () => {
  const reasons = held({
    numbers: { removed: 10, lost: { city: 500, score: 150 } },
    recent: { byAttribute: { score: 100 }, sizeThen: 1000 },
  })
  expect(reasons).toEqual([
    'max_removes: city would be taken back from 500 of 1,000 people (50 %, limit 20 %)',
    'max_removes: score would be taken back from 150 of 1,000 people, 100 more within 24 hours (25 %, limit 20 %)',
  ])
})

it('max_changes judges only when it is set', () => {
  expect(held({ numbers: { changed: 1000 } })).toEqual([])
  expect(held({ guards: { maxChanges: people(999) }, numbers: { changed: 1000 } })).toEqual([
    'max_changes: values would change for 1,000 people (limit 999)',
  ])
  expect(held({ guards: { maxChanges: share(0.5) }, numbers: { changed: 501 } })).toEqual([
    'max_changes: values would change for 501 of 1,000 people (50.1 %, limit 50 %)',
  ])
})

it('min_rows holds an empty result unless 0 is allowed', () => {
  expect(held({ numbers: { rows: 0 } })).toEqual(['min_rows: the query returned 0 rows, at least 1 expected'])
  expect(held({ guards: { minRows: 0 }, numbers: { rows: 0 } })).toEqual([])
  expect(held({ guards: { minRows: 5000 }, numbers: { rows: 1 } })).toEqual([
    'min_rows: the query returned 1 row, at least 5,000 expected',
  ])
})

it('a source older than the settled one is held, an equal one is not', () => {
  const [older, newer] = ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.001Z']
  expect(held({ rest: { sourceTime: newer, settledSourceTime: newer } })).toEqual([])
  expect(held({ rest: { sourceTime: older, settledSourceTime: newer } })).toEqual([
    `source_time: the data is as of ${older}, older than what was settled last (${newer})`,
  ])
})

it('a new column of select * waits for a person', () => {
  expect(held({ rest: { newThroughStar: ['score'] } })).toEqual([
    'new_column: select * brings in a new column, score',
  ])
})

it('every reason starts with its rule, so that the same hold is known again whatever the numbers', () => {
  const first = held({ numbers: { removed: 500, lost: { city: 600 }, rows: 0 } })
  const later = held({ numbers: { removed: 501, lost: { city: 700 }, rows: 0 } })
  expect(rulesOf(first)).toBe('max_removes max_removes min_rows')
  expect(rulesOf(later)).toBe(rulesOf(first))
  expect(rulesOf(held({ numbers: { rows: 0 } }))).toBe('min_rows')
})
