import { describe, expect, it } from 'vitest'
import { paintFor } from '../../src/cli/paint.ts'
import { checkJson, checkText } from '../../src/cli/print/check-text.ts'
import { planJson } from '../../src/cli/print/plan-json.ts'
import { planText } from '../../src/cli/print/plan-text.ts'
import { rejectionsText, runsText } from '../../src/cli/print/records-text.ts'
import { runJson } from '../../src/cli/print/run-json.ts'
import { runText } from '../../src/cli/print/run-text.ts'
import { statusReport } from '../../src/cli/print/status-text.ts'
import type { Sync } from '../../src/model/definition.ts'
import { SyncError } from '../../src/model/errors.ts'
import type { CheckReport } from '../../src/run/check-syncs.ts'
import type { PlanReport } from '../../src/run/make-plan.ts'
import type { RunReport } from '../../src/run/report.ts'
import { emptyState, type SyncState } from '../../src/run/status.ts'

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
12,040 objects in 161 requests, 0.9 s at 200 requests a second; 15,000 data points; at most 12,000 new profiles.

Nothing was sent. The plan expires in 24 h. To send exactly this:
  brazier apply p-20261122-030500-abc123`.trim(),
    )
  })

  it('says so when there is nothing to do', () => {
    const quiet = planReport({ syncs: [planned('vip', { rows: 5, unchanged: 5 })] })
    expect(planText(quiet, view, plain)).toMatch(/\n\nNothing to do\. Braze holds what the warehouse says\.$/)
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

type SyncLine = RunReport['syncs'][number]

const line = (name: string, over: Partial<SyncLine>): SyncLine => ({
  name,
  kind: 'audience',
  status: 'succeeded',
  rows: 0,
  added: 0,
  changed: 0,
  removed: 0,
  unchanged: 0,
  sent: 0,
  rejected: 0,
  unknown: 0,
  dataPoints: 0,
  heldBy: [],
  plan: null,
  error: null,
  ...over,
})

const runReport = (over: Partial<RunReport>): RunReport => ({
  run: 'r-20261122-030500-abc123',
  status: 'succeeded',
  startedAt: '2026-11-22T03:05:00.000Z',
  seconds: 12.4,
  requests: 161,
  objects: 12_040,
  dataPoints: 15_000,
  syncs: [],
  exitCode: 0,
  error: null,
  ...over,
})

describe('the end of a run', () => {
  it('reads line by line, and counts only what was sent', () => {
    const report = runReport({
      status: 'partial',
      exitCode: 1,
      syncs: [
        line('vip', { rows: 12_000, added: 11_000, sent: 10_998, rejected: 2, status: 'rejected' }),
        line('lapsed', {
          rows: 200,
          removed: 190,
          status: 'held',
          heldBy: ['min_rows: the query returned 0 rows, at least 1 expected', 'max_removes: 190 people'],
          plan: 'p-20261122-030500-def456',
        }),
        line('quiz', { kind: 'properties', status: 'failed', error: 'sql/properties/quiz.sql:3: no' }),
        line('big', { rows: 900, added: 900, sent: 75, unknown: 5, status: 'partial' }),
      ],
    })
    expect(runText(report, plain)).toBe(
      `
sync    kind        status      rows  + added  ~ changed  - removed  unchanged    sent  rejected
vip     audience    rejected  12,000   11,000          0          0          0  10,998         2
lapsed  audience    held         200        0          0        190          0       0         0
quiz    properties  failed         0        0          0          0          0       0         0
big     audience    partial      900      900          0          0          0      75         0

held lapsed: nothing of it was sent
  min_rows: the query returned 0 rows, at least 1 expected
  max_removes: 190 people
  If it is meant, send exactly this: brazier apply p-20261122-030500-def456

failed quiz: sql/properties/quiz.sql:3: no

2 rows rejected; see why: brazier rejections --sync vip
5 people in doubt: Braze's answer never came; the next run sends them again

partial: 11,000 added, 0 changed, 0 removed in 161 requests, 15,000 data points, 12 s; cut short: 75 of 900 people sent, the next run does the rest (r-20261122-030500-abc123)`.trim(),
    )
  })

  it('names people who were sent again though nothing had changed', () => {
    const report = runReport({ requests: 1, dataPoints: 40, syncs: [line('vip', { rows: 40, sent: 40 })] })
    expect(runText(report, plain)).toContain('0 removed, 40 sent again in 1 request, 40 data points')
  })

  it('is the object of the contract', () => {
    const report = runReport({ syncs: [line('vip', { rows: 3, added: 1, sent: 1, dataPoints: 1 })] })
    expect(runJson(report)).toEqual({
      run: 'r-20261122-030500-abc123',
      status: 'succeeded',
      started_at: '2026-11-22T03:05:00.000Z',
      seconds: 12.4,
      requests: 161,
      objects: 12_040,
      data_points: 15_000,
      syncs: [
        {
          name: 'vip',
          kind: 'audience',
          status: 'succeeded',
          rows: 3,
          added: 1,
          changed: 0,
          removed: 0,
          unchanged: 0,
          sent: 1,
          rejected: 0,
          unknown: 0,
          data_points: 1,
          held_by: [],
          plan: null,
          error: null,
        },
      ],
    })
    expect(runJson(report, { message: 'no', hint: null })).toMatchObject({ error: { message: 'no' } })
  })
})

const sync = (name: string, over: Partial<Sync> = {}): Sync =>
  ({
    name,
    kind: 'audience',
    file: `sql/audiences/${name}.sql`,
    schedule: { text: 'hourly', cron: '0 * * * *', timezone: 'UTC' },
    ...over,
  }) as Sync

describe('a check', () => {
  const report: CheckReport = {
    syncs: [
      {
        sync: sync('vip'),
        shape: {
          identity: 'external_id',
          keyColumns: ['external_id'],
          writes: [
            {
              attribute: 'audiences',
              element: 'vip',
              valueKind: 'boolean',
              onLeave: 'remove',
              nulls: 'unset',
            },
          ],
          unused: ['email'],
        },
        warnings: ['people are named by external_id; email is not used'],
        error: undefined,
      },
      {
        sync: sync('quiz'),
        shape: undefined,
        warnings: [],
        error: new SyncError('sql/audiences/quiz.sql:2: no such table', { hint: 'Correct the SQL.' }),
      },
    ],
    orphans: [{ name: 'old', size: 3 }],
    warnings: ['the role can write'],
  }

  it('reads line by line', () => {
    expect(checkText(report, plain)).toBe(
      `
sync  kind      verdict  person       schedule  attribute       type          on leave
vip   audience  ok       external_id  hourly    audiences: vip  list element  remove
quiz  audience  failed                hourly

warning vip: people are named by external_id; email is not used
warning the role can write
orphan old: its file is gone, but Braze still holds what it wrote for 3 people; to take it back: brazier retire old

failed quiz: sql/audiences/quiz.sql:2: no such table
    Correct the SQL.

failed: 1 sync of 2; no rows read, nothing sent`.trim(),
    )
  })

  it('is one object for machines', () => {
    expect(checkJson(report)).toMatchObject({
      status: 'failed',
      syncs: [
        { name: 'vip', identity: 'external_id', writes: [{ attribute: 'audiences', element: 'vip' }] },
        { name: 'quiz', identity: null, writes: [], error: 'sql/audiences/quiz.sql:2: no such table' },
      ],
      orphans: [{ name: 'old', size: 3 }],
    })
  })
})

describe('the status', () => {
  const names = { project: 'shop', workspace: 'production', now }

  it('reads line by line', () => {
    const state = (over: Partial<SyncState> & Pick<SyncState, 'name'>): SyncState => ({
      kind: 'audience',
      isOrphan: false,
      size: 0,
      settledAt: null,
      last: null,
      inDoubt: 0,
      rejected: 0,
      parked: 0,
      coveredSlot: null,
      ...over,
    })
    const last = {
      sync: '',
      run: 'r-1',
      heldBy: [],
      heldSince: undefined,
      plan: undefined,
      endedAt: '2026-11-22T02:05:00Z',
      error: undefined,
    }
    const report = statusReport(
      {
        syncs: [
          state({ name: 'new' }),
          state({ name: 'vip', size: 1204, last: { ...last, status: 'succeeded' }, inDoubt: 2, rejected: 3 }),
          state({
            name: 'lapsed',
            size: 390,
            last: {
              ...last,
              status: 'held',
              heldBy: ['max_removes: 190 of 390 people would leave'],
              heldSince: '2026-11-20T03:05:00Z',
              plan: 'p-1',
            },
          }),
          state({ name: 'quiz', last: { ...last, status: 'failed', error: 'no such column' } }),
          state({ name: 'old', isOrphan: true, size: 0 }),
        ],
        underWay: { run: 'r-2', place: 'host, process 7' },
      },
      {
        ...names,
        next: new Map([['vip', new Date('2026-11-22T04:00:00Z')]]),
        due: new Set(['new']),
      },
      plain,
    )
    expect(report).toBe(
      `
shop, workspace production

sync    kind      status     people  last run  next
new     audience  never run       0            due
vip     audience  succeeded   1,204  1 h ago   in 55 min  2 in doubt, 3 rejected
lapsed  audience  held          390  1 h ago   never
quiz    audience  failed          0  1 h ago   never

held lapsed since 2026-11-20 03:05 UTC (2 d ago)
  max_removes: 190 of 390 people would leave
  If it is meant: brazier apply p-1

failed quiz: no such column

orphan old: its file is gone; to forget it: brazier retire old

run r-2 is under way (host, process 7)`.trim(),
    )
  })

  it('of a project that never ran knows its syncs', () => {
    const report = statusReport(
      emptyState([sync('vip')]),
      { ...names, next: new Map(), due: new Set(['vip']) },
      plain,
    )
    expect(report).toContain('vip   audience  never run       0            due')
  })
})

describe('the past', () => {
  it('runs, with their errors below', () => {
    const run = {
      run: 'r-1',
      command: 'sync',
      status: 'failed',
      startedAt: '2026-11-22T02:05:00.000Z',
      endedAt: '2026-11-22T02:08:05.000Z',
      requests: 161,
      objects: 12_040,
      dataPoints: 15_000,
      error: 'Braze refuses the key',
    }
    expect(
      runsText([run, { ...run, run: 'r-0', endedAt: null, status: 'running', error: null }], plain),
    ).toBe(
      `
run  command  status   started                     took  requests  objects  data points
r-1  sync     failed   2026-11-22 02:05 UTC  3 min 5 s       161   12,040       15,000
r-0  sync     running  2026-11-22 02:05 UTC                  161   12,040       15,000

r-1: Braze refuses the key`.trim(),
    )
    expect(runsText([], plain)).toBe('There has been no run yet.')
  })

  it('law 9: rejections by reason, and people only where they may be shown', () => {
    const at = { firstAt: '2026-11-22T02:05:00.000Z', lastAt: '2026-11-22T03:05:00.000Z' }
    const groups = [
      {
        sync: 'quiz',
        attribute: 'email',
        source: 'braze',
        reason: 'not an email',
        people: 2,
        parked: 1,
        ...at,
      },
      {
        sync: 'vip',
        attribute: null,
        source: 'brazier',
        reason: 'external_id: over 987 bytes',
        people: 1,
        parked: 0,
        ...at,
      },
    ]
    expect(rejectionsText({ groups, people: undefined }, plain)).toBe(
      `
sync  attribute  rows  parked  by              last                  reason
quiz  email         2       1  Braze           2026-11-22 03:05 UTC  not an email
vip                 1       0  before sending  2026-11-22 03:05 UTC  external_id: over 987 bytes

With --show-ids: the people, too.`.trim(),
    )
    const person = {
      sync: 'quiz',
      person: 'c-1',
      attribute: 'email',
      source: 'braze',
      reason: 'not an email',
      attempts: 5,
      parked: true,
      run: 'r-1',
      ...at,
    }
    expect(rejectionsText({ groups, people: [person] }, plain)).toMatch(
      /\n\n {2}c-1 {2}quiz, email: not an email; 5 times, parked until it changes$/,
    )
    expect(rejectionsText({ groups: [], people: undefined }, plain)).toBe('Nothing is rejected.')
  })
})
