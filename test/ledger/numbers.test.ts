import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { countDelta, countPeople, readNumbers } from '../../src/ledger/numbers.ts'
import { isSilent } from '../../src/ledger/said.ts'
import type { Slot } from '../../src/ledger/slots.ts'
import { openLedger, type TestLedger } from './open-ledger.ts'

const slot = (attribute: string, element?: string): Slot => ({
  attribute,
  held: [],
  ...(element === undefined ? {} : { element }),
})

const SLOTS = [slot('city'), slot('audiences', 'vip'), slot('city_old')]

describe.each(['duckdb', 'postgres'] as const)('the numbers of a delta on %s', (kind) => {
  let ledger: TestLedger & { close(): Promise<void> }
  beforeAll(async () => {
    ledger = await openLedger(kind)
    const { text, boolean, bigint } = ledger.dialect.types
    await ledger.run(
      `create table ${ledger.dialect.table('d1')} (k ${text}, op ${text}, sets ${boolean}, points ${bigint}, moved ${boolean}, lost ${text}, s0 ${boolean}, s2 ${boolean}, l1 ${text})`,
      `insert into ${ledger.dialect.table('d1')} values
        ('new', 'add', true, 2, false, null, true, false, 'add'),
        ('changed', 'change', true, 1, false, null, true, false, null),
        ('lost', 'change', false, 1, true, '[0]', true, false, null),
        ('lost both', 'change', false, 2, true, '[0][2]', true, true, null),
        ('left', 'remove', false, 1, false, null, false, false, 'remove'),
        ('again', 'repair', true, 2, false, null, true, false, 'add'),
        ('silent', 'change', false, 0, false, null, false, false, null)`,
    )
  })
  afterAll(() => ledger.close())

  const numbers = async (where?: string) =>
    readNumbers(
      (await ledger.rows(countDelta(ledger.dialect, ledger.dialect.table('d1'), SLOTS, where)))[0],
      SLOTS,
    )

  it('counts people by what happens to them', async () => {
    expect(await numbers()).toEqual({
      added: 1,
      changed: 4,
      removed: 1,
      repaired: 1,
      migrated: 2,
      objects: 6,
      silent: 1,
      dataPoints: 9,
      newProfiles: 2,
      lost: { city: 2, city_old: 1 },
    })
  })

  it('counts a part of them', async () => {
    expect(await numbers(`d.k = 'left'`)).toMatchObject({
      added: 0,
      removed: 1,
      objects: 1,
      silent: 0,
      dataPoints: 1,
      lost: {},
    })
  })

  it('of an empty delta are all 0', async () => {
    expect(await numbers('false')).toEqual({
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
    })
  })

  it('calls a row silent that says nothing of any attribute or element', async () => {
    const table = ledger.dialect.table('d1')
    expect(await ledger.rows(`select k from ${table} as d where ${isSilent(SLOTS, 'd')}`)).toEqual([
      { k: 'silent' },
    ])
  })

  it('counts a person of several syncs once, and each identity for itself', async () => {
    const delta = ledger.dialect.table('d1')
    const part = (identity: string) => ({ identity, delta, slots: SLOTS })
    expect(await ledger.value(countPeople([part('external_id'), part('external_id')]))).toBe(6)
    expect(await ledger.value(countPeople([part('external_id'), part('email')]))).toBe(12)
  })
})
