import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PlanSync } from '../../src/ledger/plans.ts'
import { BrazeError, LeaseHeldError } from '../../src/model/errors.ts'
import type { SyncStatus } from '../../src/model/words.ts'
import { exitCode, runStatus, type SyncOutcome, syncReport } from '../../src/run/report.ts'
import type { Settled } from '../../src/run/settle-run.ts'

const numbers = {
  added: 5,
  changed: 3,
  removed: 2,
  repaired: 1,
  migrated: 0,
  objects: 11,
  silent: 0,
  dataPoints: 20,
  newProfiles: 5,
  lost: {},
  rows: 100,
  unchanged: 92,
  withheld: 0,
  withheldFresh: 0,
  sizeBefore: 97,
  firstLoad: false,
}

const planned = (change: Partial<typeof numbers> = {}, heldBy: string[] = []): PlanSync => ({
  sync: 'vip',
  position: 0,
  delta: 'delta_1',
  version: 1,
  definition: {
    identity: 'external_id',
    kind: 'audience',
    createUsers: true,
    writes: [],
    hash: 'h',
    canonicalVersion: 1,
    slots: [],
    file: 'sql/audiences/vip.sql',
    sql: 'select 1',
    maxAttempts: 5,
  },
  numbers: { ...numbers, ...change },
  heldBy,
  hash: 'h',
  sourceTime: undefined,
})

const settled = (change: Partial<Settled> = {}): Settled => ({
  sent: 11,
  refused: 0,
  freshRefused: 0,
  unknown: 0,
  accepted: { added: 5, changed: 3, removed: 2, repaired: 1 },
  unsent: 0,
  dataPoints: 20,
  sizeAfter: 100,
  ...change,
})

const outcome = (change: Partial<SyncOutcome> = {}): SyncOutcome => ({
  planned: planned(),
  settled: settled(),
  error: undefined,
  heldPlan: undefined,
  ...change,
})

describe('the status of a sync', () => {
  it.each<[SyncStatus, Partial<SyncOutcome>]>([
    ['succeeded', {}],
    ['failed', { error: new Error('no table'), planned: undefined, settled: undefined }],
    ['failed', { error: new Error('breaker'), settled: settled({ refused: 3 }) }],
    ['skipped', { planned: undefined, settled: undefined }],
    ['held', { heldPlan: 'p-1', settled: undefined, planned: planned({}, ['min_rows: …']) }],
    ['partial', { settled: undefined }],
    ['partial', { settled: settled({ unsent: 1 }) }],
    ['partial', { settled: settled({ unknown: 1, refused: 1 }) }],
    ['rejected', { settled: settled({ sent: 10, refused: 1 }) }],
    ['rejected', { planned: planned({ withheld: 1 }) }],
  ])('%s: %o', (status, change) => {
    expect(syncReport('vip', 'audience', outcome(change)).status).toBe(status)
  })
})

it('counts rows withheld before sending among the rejected', () => {
  const report = syncReport(
    'vip',
    'audience',
    outcome({
      planned: planned({ withheld: 4 }),
      settled: settled({ sent: 8, refused: 3, unknown: 0, dataPoints: 17 }),
    }),
  )
  expect(report).toEqual({
    accepted: { added: 5, changed: 3, removed: 2, repaired: 1 },
    name: 'vip',
    kind: 'audience',
    status: 'rejected',
    rows: 100,
    added: 5,
    changed: 3,
    removed: 2,
    unchanged: 92,
    sent: 8,
    rejected: 7,
    unknown: 0,
    dataPoints: 17,
    heldBy: [],
    plan: null,
    error: null,
    hint: null,
  })
})

describe('the status of a run', () => {
  it.each<[string, SyncStatus[], Error | undefined]>([
    ['succeeded', [], undefined],
    ['succeeded', ['succeeded', 'rejected'], undefined],
    ['held', ['succeeded', 'held'], undefined],
    ['partial', ['held', 'failed'], undefined],
    ['partial', ['succeeded', 'partial'], undefined],
    ['failed', ['failed', 'failed'], undefined],
    ['failed', ['succeeded'], new Error('out of reach')],
  ])('%s: %j', (status, statuses, failure) => {
    expect(runStatus(statuses, failure)).toBe(status)
  })
})

describe('the exit code', () => {
  it.each<[number, Parameters<typeof exitCode>[0]]>([
    [0, { statuses: [], failure: undefined, fresh: 0 }],
    [0, { statuses: ['partial'], failure: undefined, fresh: 0 }],
    // Refused as before: nothing new to look at.
    [0, { statuses: ['rejected'], failure: undefined, fresh: 0 }],
    [4, { statuses: ['rejected'], failure: undefined, fresh: 1 }],
    [3, { statuses: ['held', 'rejected'], failure: undefined, fresh: 1 }],
    [1, { statuses: ['failed', 'held', 'rejected'], failure: undefined, fresh: 1 }],
    [1, { statuses: ['held'], failure: new BrazeError('wrong key'), fresh: 0 }],
    [75, { statuses: [], failure: new LeaseHeldError('taken'), fresh: 0 }],
    [1, { statuses: [], failure: {}, fresh: 0 }],
  ])('%i: %j', (code, input) => {
    expect(exitCode(input)).toBe(code)
  })

  it('is 1 before 3 before 4 before 0, whatever else is there', () => {
    const statuses = fc.array(
      fc.constantFrom<SyncStatus>('succeeded', 'partial', 'rejected', 'held', 'failed', 'skipped'),
    )
    fc.assert(
      fc.property(statuses, fc.nat(3), (all, fresh) => {
        const expected = all.includes('failed') ? 1 : all.includes('held') ? 3 : fresh > 0 ? 4 : 0
        expect(exitCode({ statuses: all, failure: undefined, fresh })).toBe(expected)
      }),
    )
  })
})
