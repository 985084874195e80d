import { describe, expect, it } from 'vitest'
import type { PlanSync, SavedPlan } from '../../src/ledger/plans.ts'
import type { SyncRecord } from '../../src/ledger/syncs.ts'
import type { Project, Sync } from '../../src/model/definition.ts'
import { staleness } from '../../src/run/apply-plan.ts'

const planSync = (change: Partial<PlanSync> = {}): PlanSync =>
  ({ sync: 'vip', delta: 'delta_1_0', version: 7, hash: 'h1', definition: {}, ...change }) as PlanSync

const plan = (change: Partial<SavedPlan> = {}): SavedPlan => ({
  plan: 'p-1',
  command: 'plan',
  origin: 'https://rest.fra-01.braze.eu',
  objects: 3,
  batchSize: 75,
  status: 'open',
  createdAt: '2026-01-01T00:00:00.000Z',
  ageHours: 1,
  syncs: [planSync()],
  ...change,
})

const record = (change: Partial<SyncRecord> = {}): SyncRecord => ({
  sync: 'vip',
  snapshot: 'snapshot_vip',
  version: 7,
  size: 3,
  definition: undefined,
  sourceTime: undefined,
  settledAt: undefined,
  movedBy: undefined,
  movedFrom: 0,
  ...change,
})

const project = (syncs: readonly Pick<Sync, 'name' | 'hash'>[] = [{ name: 'vip', hash: 'h1' }]): Project =>
  ({
    planExpireHours: 24,
    braze: { endpoint: 'https://rest.fra-01.braze.eu' },
    syncs,
  }) as unknown as Project

const stale = (saved: SavedPlan, known: readonly SyncRecord[] = [record()], now = project()) =>
  staleness(saved, { records: new Map(known.map((one) => [one.sync, one])), project: now })

describe('law 8: a plan may be applied', () => {
  it('while nothing has changed', () => expect(stale(plan())).toBeUndefined())

  it('of a sync that was never settled', () =>
    expect(stale(plan({ syncs: [planSync({ version: 0 })] }), [])).toBeUndefined())

  it('again after its own settles, however many', () =>
    expect(stale(plan(), [record({ version: 9, movedBy: 'p-1', movedFrom: 7 })])).toBeUndefined())

  it('again after it died', () => expect(stale(plan({ status: 'applying' }))).toBeUndefined())

  it('until it is a day old, to the hour', () => expect(stale(plan({ ageHours: 24 }))).toBeUndefined())

  it('whose sync has taken over a former name, which the snapshot still has', () => {
    const definition = { was: 'old' } as PlanSync['definition']
    expect(stale(plan({ syncs: [planSync({ definition })] }), [record({ sync: 'old' })])).toBeUndefined()
  })
})

describe('law 8: a plan is refused', () => {
  it.each<[string, SavedPlan, SyncRecord[] | undefined, Project | undefined]>([
    ['it has been applied', plan({ status: 'applied' }), undefined, undefined],
    ['it has expired', plan({ status: 'expired' }), undefined, undefined],
    ['newer plans have replaced it', plan({ status: 'replaced' }), undefined, undefined],
    ['it is older than 24 hours', plan({ ageHours: 24.01 }), undefined, undefined],
    ['it was made for http://127.0.0.1:1', plan({ origin: 'http://127.0.0.1:1' }), undefined, undefined],
    [
      'the rows of vip are gone, newer plans have replaced them',
      plan({ syncs: [planSync({ delta: undefined })] }),
      undefined,
      undefined,
    ],
    ['the definition of vip has changed', plan(), undefined, project([{ name: 'vip', hash: 'h2' }])],
    ['the file of vip is gone', plan(), undefined, project([])],
    [
      'the snapshot of vip has moved on since',
      plan(),
      [record({ version: 8, movedBy: 'p-2', movedFrom: 7 })],
      undefined,
    ],
    ['the snapshot of vip has moved on since', plan(), [], undefined],
    [
      // This plan moved it, but somebody else had moved it before.
      'the snapshot of vip has moved on since',
      plan(),
      [record({ version: 9, movedBy: 'p-1', movedFrom: 8 })],
      undefined,
    ],
    [
      'the snapshot of b has moved on since',
      plan({ syncs: [planSync(), planSync({ sync: 'b', hash: 'hb' })] }),
      [record(), record({ sync: 'b', version: 8 })],
      project([
        { name: 'vip', hash: 'h1' },
        { name: 'b', hash: 'hb' },
      ]),
    ],
  ])('because %s', (reason, saved, known, now) => {
    expect(stale(saved, known, now)).toBe(reason)
  })
})
