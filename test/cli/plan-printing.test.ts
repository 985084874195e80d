import { describe, expect, it } from 'vitest'
import { paintFor } from '../../src/cli/paint.ts'
import { planJson } from '../../src/cli/print/plan-json.ts'
import { planText } from '../../src/cli/print/plan-text.ts'
import { SyncError } from '../../src/model/errors.ts'
import type { PlanReport } from '../../src/run/make-plan.ts'

const plain = paintFor(false)
const now = new Date('2026-11-22T03:05:00Z')

type Planned = PlanReport['syncs'][number]

function planned(sync: string, over: Partial<Planned['numbers']> = {}, more: Partial<Planned> = {}): Planned {
  return {
    sync,
    position: 0,
    delta: 'd',
    version: 1,
    definition: {
      identity: 'external_id',
      kind: 'audience',
      createUsers: true,
      writes: [],
      hash: '',
      canonicalVersion: 1,
      slots: [],
      file: '',
      sql: '',
      maxAttempts: 5,
    },
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
      rows: 0,
      unchanged: 0,
      withheld: 0,
      withheldFresh: 0,
      sizeBefore: 1,
      firstLoad: false,
      ...over,
    },
    heldBy: [],
    hash: '',
    sourceTime: undefined,
    ...more,
  }
}

const planReport = (over: Partial<PlanReport>): PlanReport => ({
  plan: 'p-20261122-030500-abc123',
  createdAt: '2026-11-22T03:05:00.000Z',
  expiresAt: '2026-11-23T03:05:00.000Z',
  objects: 0,
  requests: 0,
  secondsAtRate: 0,
  dataPoints: 0,
  newProfiles: 0,
  syncs: [],
  failed: new Map(),
  samples: new Map(),
  costs: new Map(),
  unread: new Map(),
  orphans: [],
  ...over,
})

const view = {
  project: 'shop',
  workspace: 'production',
  endpoint: 'https://rest.fra-01.braze.eu',
  requestsPerSecond: 200,
  now,
}

describe('a plan', () => {
  const report = planReport({
    objects: 12_040,
    requests: 161,
    secondsAtRate: 0.805,
    dataPoints: 15_000,
    newProfiles: 12_000,
    syncs: [
      planned('vip', { rows: 12_000, added: 12_000, firstLoad: true }),
      planned(
        'lapsed',
        {
          rows: 200,
          removed: 190,
          unchanged: 200,
          migrated: 3,
          withheld: 2,
          repaired: 1,
          lost: { score: 12 },
        },
        { heldBy: ['max_removes: 190 of 390 people (48.7 %, limit 20 %) would leave'] },
      ),
    ],
    failed: new Map([
      ['quiz', new SyncError('sql/properties/quiz.sql:3: no such column', { hint: 'Did you mean score?' })],
    ]),
    samples: new Map([
      [
        'vip',
        [
          { op: 'add', person: 'c-1', members: '"vip":true' },
          { op: 'remove', person: 'c-2', members: '' },
        ],
      ],
      ['lapsed', []],
    ]),
  })

  it('reads line by line', () => {
    expect(planText(report, view, plain)).toBe(
      `
Plan for shop, workspace production, https://rest.fra-01.braze.eu

sync    kind        rows   + add  ~ change  - remove  unchanged
vip     audience  12,000  12,000         0         0          0  FIRST LOAD
lapsed  audience     200       0         0       190        200  HELD

lapsed: held by max_removes: 190 of 390 people (48.7 %, limit 20 %) would leave
lapsed: migrate: 3 people whose former attributes are taken back, since the definition changed
lapsed: repair: 1 person sent again, in doubt or asked for
lapsed: withheld: 2 rows that Braze would not take, neither sent nor removed
lapsed: score is taken back from 12 people who stay

For example, vip:
  + c-1  "vip":true
  - c-2

failed quiz: sql/properties/quiz.sql:3: no such column
    Did you mean score?

Plan: 12,000 to add, 0 to change, 190 to remove.
12,040 objects in 161 requests, 0.9 s at 200 requests a second;
15,000 data points, at most 12,000 new profiles.

Nothing was sent. The plan expires in 24 h. To send exactly this:
  brazier apply p-20261122-030500-abc123`.trim(),
    )
  })

  it('says so when there is nothing to do', () => {
    const quiet = planReport({ syncs: [planned('vip', { rows: 5, unchanged: 5 })] })
    expect(planText(quiet, view, plain)).toMatch(/\n\nNothing to do\. Braze holds what the warehouse says\.$/)
  })

  it('lists orphans, and does not say then that Braze holds what the warehouse says', () => {
    const syncs = [planned('vip', { rows: 5, unchanged: 5 })]
    const report = planReport({ syncs, orphans: [{ name: 'old', size: 3 }] })
    expect(planText(report, view, plain)).toMatch(
      /\n\norphan old: its file is gone, but Braze still holds what it wrote for 3 people\n {4}To take it back: brazier retire old\n\nNothing to send\. For the syncs with a file, Braze holds what the warehouse says\.$/,
    )
    expect(planJson(report, new Map())).toMatchObject({ orphans: [{ name: 'old', size: 3 }] })
  })

  it('names nothing to apply where nothing could be planned', () => {
    const failed = new Map([['vip', new SyncError('sql/audiences/vip.sql:3: no')]])
    const text = planText(planReport({ failed }), view, plain)
    expect(text).toMatch(/\n\nNothing was planned, and nothing was sent\.$/)
    expect(text).not.toContain('brazier apply')
  })

  it('says what no number shows: a changed on_leave', () => {
    const write = { column: 'vip', attribute: 'vip', valueKind: 'boolean', nulls: 'unset' } as const
    const sync = planned('vip')
    const slots = [
      {
        attribute: 'vip',
        target: { ...write, onLeave: 'unset' as const },
        held: [{ ...write, onLeave: 'false' as const }],
      },
    ]
    const changed = { ...sync, definition: { ...sync.definition, slots } }
    expect(planText(planReport({ syncs: [changed] }), view, plain)).toContain(
      'vip: on_leave of vip was false and is now unset, for people who leave from now on',
    )
  })

  it('says what stays in Braze though nothing writes it any more', () => {
    const write = { column: 'city', attribute: 'city', valueKind: 'text', nulls: 'unset' } as const
    const sync = planned('facts')
    const slots = [{ attribute: 'city', held: [{ ...write, onLeave: 'keep' as const }] }]
    const said = (more: object) => {
      const dropped = {
        ...sync,
        definition: { ...sync.definition, slots: slots.map((slot) => ({ ...slot, ...more })) },
      }
      return planText(planReport({ syncs: [dropped] }), view, plain)
    }
    expect(said({})).toContain(
      'facts: no longer written, and kept in Braze until it is retired (on_leave: keep): city',
    )
    expect(said({ isForgotten: true })).not.toContain('no longer written')
  })

  it('is one object for machines, without people unless they were asked for', () => {
    const kinds = new Map([['quiz', 'properties']])
    const object = planJson({ ...report, samples: new Map() }, kinds) as Record<string, unknown>
    expect(Object.keys(object)).toEqual([
      'plan',
      'created_at',
      'expires_at',
      'objects',
      'requests',
      'seconds_at_rate',
      'data_points',
      'new_profiles',
      'syncs',
      'orphans',
    ])
    expect(object).toMatchObject({ plan: report.plan, requests: 161, seconds_at_rate: 0.805 })
    const syncs = object.syncs as Record<string, unknown>[]
    expect(syncs[1]).toMatchObject({
      name: 'lapsed',
      removed: 190,
      migrated: 3,
      withheld: 2,
      repaired: 1,
      first_load: false,
      lost: { score: 12 },
      held_by: ['max_removes: 190 of 390 people (48.7 %, limit 20 %) would leave'],
      error: null,
    })
    expect(syncs[2]).toMatchObject({
      name: 'quiz',
      kind: 'properties',
      error: 'sql/properties/quiz.sql:3: no such column',
      hint: 'Did you mean score?',
    })
    expect(planJson(report, kinds)).toHaveProperty('samples.vip')
  })
})
