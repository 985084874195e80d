// A column that Braze refuses for everybody stops its own sync, soon, and no other.

import { describe, expect, it } from 'vitest'
import { makeWorld, type People, type WorldKind } from '../support/world.ts'
import { braze, good, KINDS, leftTables, of } from './look.ts'

const crowd = (on: WorldKind, count: number) => [
  'create table crowd (id varchar(20), n integer)',
  `insert into crowd select 'u' || i, i from ${on === 'duckdb' ? `range(${count})` : `generate_series(0, ${count - 1})`} as t(i)`,
]
const SYNCS = {
  'sql/audiences/odd.sql': 'select id as external_id from crowd where n % 2 = 1',
  'sql/properties/facts.sql': 'select id as external_id, n from crowd',
}
const ONE_EACH = { braze: { objects_per_request: 1, max_connections: 4 } }

const expected = (count: number): People =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `u${i}`,
      { n: String(i), ...(i % 2 === 1 ? { odd: 'true' } : {}) },
    ]),
  )

describe.each(KINDS)('a poisoned column on %s', (on) => {
  it('a column that is refused for everybody stops its own sync only', async () => {
    const count = 700
    const world = await makeWorld({
      on,
      data: crowd(on, count),
      syncs: {
        ...SYNCS,
        'sql/properties/mails.sql': `select id as external_id, 'nonsense' as email, n * 2 as twice from crowd`,
      },
      config: ONE_EACH,
    })
    const report = await world.sync()
    expect([report.exitCode, report.status]).toEqual([1, 'partial'])
    expect(of(report, 'mails')).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('Braze refused 100.0 % of its rows; the sync was stopped for this run'),
    })
    expect([of(report, 'facts').status, of(report, 'odd').status]).toEqual(['succeeded', 'succeeded'])
    // Everybody has the facts; those who were on their way before the stop have the good column of the poisoned sync too.
    const held = braze(world)
    expect(Object.fromEntries(Object.entries(held).map(([id, { twice: _, ...rest }]) => [id, rest]))).toEqual(
      expected(count),
    )
    const reached = Object.values(held).filter(({ twice }) => twice !== undefined).length
    expect(reached).toBeGreaterThanOrEqual(20)
    expect(reached).toBeLessThanOrEqual(40)
    expect(await world.ledger(`select size from syncs where sync = 'mails'`)).toEqual([{ size: reached }])

    await world.write('sql/properties/mails.sql', 'select id as external_id, n * 2 as twice from crowd')
    const mended = good(await world.sync())
    expect(mended.objects).toBe(count - reached)
    expect(
      Object.values(braze(world)).filter(({ n, twice }) => Number(twice) === 2 * Number(n)),
    ).toHaveLength(count)
    expect(await world.ledger('select count(*) as n from rejections')).toEqual([{ n: 0 }])
    expect(await leftTables(world)).toEqual([])
  })

  it('a column that is refused for everybody stops the only sync, and what was not sent follows', async () => {
    const count = 700
    const mails = 'sql/properties/mails.sql'
    const world = await makeWorld({
      on,
      data: crowd(on, count),
      syncs: { [mails]: `select id as external_id, 'nonsense' as email, n * 2 as twice from crowd` },
      config: ONE_EACH,
    })
    const report = await world.sync()
    expect([report.exitCode, report.status, of(report, 'mails').status]).toEqual([1, 'failed', 'failed'])
    const reached = Object.values(braze(world)).filter(({ twice }) => twice !== undefined).length
    expect(reached).toBeGreaterThanOrEqual(20)
    expect(reached).toBeLessThanOrEqual(40)
    expect(await world.ledger(`select size from syncs`)).toEqual([{ size: reached }])
    expect(await leftTables(world)).toEqual([])
    await world.write(mails, 'select id as external_id, n * 2 as twice from crowd')
    expect(good(await world.sync()).objects).toBe(count - reached)
    expect(
      Object.values(braze(world)).filter(({ n, twice }) => n === undefined && twice !== undefined),
    ).toHaveLength(count)
  })
})

it('a column that is refused for everybody fails its sync also when nothing is left to stop', async () => {
  const mails = 'sql/properties/mails.sql'
  const world = await makeWorld({
    on: 'duckdb',
    data: crowd('duckdb', 22),
    syncs: { ...SYNCS, [mails]: `select id as external_id, 'nonsense' as email, n * 2 as twice from crowd` },
    config: ONE_EACH,
  })
  const report = await world.sync()
  expect([report.exitCode, report.status]).toEqual([1, 'partial'])
  expect(of(report, 'mails').error).toContain('Braze refused 100.0 % of its rows')
  expect([of(report, 'facts').status, of(report, 'odd').status]).toEqual(['succeeded', 'succeeded'])
  await world.write(mails, 'select id as external_id, n * 2 as twice from crowd')
  good(await world.sync())
  expect(Object.values(braze(world)).filter(({ twice }) => twice !== undefined)).toHaveLength(22)
})

it('a few refusals in a small change are no poison, although it goes before a big first load', async () => {
  const world = await makeWorld({
    on: 'duckdb',
    data: crowd('duckdb', 3000),
    syncs: {
      'sql/properties/mails.sql': `select id as external_id, id || '@example.com' as email from crowd where n = 600`,
    },
    config: { braze: { objects_per_request: 4 } },
  })
  good(await world.sync())
  await world.write(
    'sql/properties/mails.sql',
    `select id as external_id, case when n % 25 = 1 then 'bad' else id || '@example.com' end as email from crowd where n < 601`,
  )
  await world.write('sql/properties/facts.sql', 'select id as external_id, n from crowd where n > 600')
  const report = await world.sync()
  expect(
    report.syncs.map(({ name, status, rejected, error }) => ({ name, status, rejected, error })),
  ).toEqual([
    { name: 'facts', status: 'succeeded', rejected: 0, error: null },
    { name: 'mails', status: 'rejected', rejected: 24, error: null },
  ])
})
