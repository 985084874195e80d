// Saved plans: applied exactly, or refused as stale; applied again after an apply that died.

import { describe, expect, it } from 'vitest'
import { startSandbox } from '../../src/sandbox/start-sandbox.ts'
import { makeWorld, type World, type WorldKind } from '../support/world.ts'
import { braze, good, KINDS, leftTables, of } from './look.ts'

const header = (yaml: string, sql: string) => `/* ---\n${yaml}\n--- */\n${sql}\n`

const PEOPLE = [
  'create table people (id varchar(20), spend integer)',
  `insert into people values ('ann', 900), ('bob', 20)`,
]
const VIP = 'select id as external_id from people where spend > 500'
const FACTS = 'select id as external_id, spend from people'
const SYNCS = { 'sql/audiences/vip.sql': VIP, 'sql/properties/facts.sql': FACTS }

const people = (on: WorldKind, count: number) =>
  `insert into people select 'u' || i, i from ${on === 'duckdb' ? `range(${count})` : `generate_series(0, ${count - 1})`} as t(i)`

async function refused(world: World, plan: string, because: string): Promise<void> {
  const before = world.sandbox.meter.requests
  const report = await world.apply(plan)
  expect([report.exitCode, report.status, report.error?.name]).toEqual([1, 'failed', 'StalePlanError'])
  expect(report.error?.message).toBe(`plan ${plan} is stale: ${because}`)
  expect(world.sandbox.meter.requests).toBe(before)
}

describe.each(KINDS)('plans on %s', (on) => {
  it('sends exactly the plan, whatever the warehouse says by then', async () => {
    const world = await makeWorld({ on, data: PEOPLE, syncs: SYNCS })
    const plan = await world.plan()
    expect([plan.objects, plan.requests, plan.dataPoints, plan.newProfiles]).toEqual([2, 1, 3, 2])
    expect(world.sandbox.meter.requests).toBe(0)
    await world.sql(`update people set spend = 1`, `insert into people values ('cid', 3)`)
    const applied = good(await world.apply(plan.plan))
    expect(applied.objects).toBe(2)
    expect(of(applied, 'facts')).toMatchObject({ added: 2, sent: 2, rows: 2 })
    expect(braze(world)).toEqual({ ann: { vip: 'true', spend: '900' }, bob: { spend: '20' } })
    expect(await leftTables(world)).toEqual([])
    await refused(world, plan.plan, 'it has been applied')
    expect((await world.sync()).exitCode).toBe(3)
    expect(braze(world)).toEqual({
      ann: { vip: 'true', spend: '1' },
      bob: { spend: '1' },
      cid: { spend: '3' },
    })
  })

  it('of several syncs, some of them: a plan by name', async () => {
    const world = await makeWorld({ on, data: PEOPLE, syncs: SYNCS })
    const plan = await world.plan(['facts'])
    good(await world.apply(plan.plan))
    expect(braze(world)).toEqual({ ann: { spend: '900' }, bob: { spend: '20' } })
  })

  it('refused as stale: the snapshot moved, the definition changed, the file is gone, too old, another Braze', async () => {
    const world = await makeWorld({ on, data: PEOPLE, syncs: SYNCS })
    const first = await world.plan()
    // A newer plan does not make an older one stale.
    const second = await world.plan(['vip'])
    await world.ledger(
      `update plans set created_at = created_at - interval '25 hours' where plan = '${second.plan}'`,
    )
    await refused(world, second.plan, 'it has expired')
    await world.write('sql/audiences/vip.sql', header('attribute: gold', VIP))
    await refused(world, first.plan, 'the definition of vip has changed')
    await world.remove('sql/audiences/vip.sql')
    await refused(world, first.plan, 'the file of vip is gone')
    // What decides nothing about what is sent makes no plan stale.
    await world.write('sql/audiences/vip.sql', header('description: rich people\nschedule: daily', VIP))
    good(await world.apply(first.plan))

    await world.sql(`update people set spend = 800 where id = 'bob'`)
    const third = await world.plan()
    await world.sql(`update people set spend = 801 where id = 'bob'`)
    good(await world.sync())
    await refused(world, third.plan, 'the snapshot of facts has moved on since')
    await expect(world.apply('p-20000101-000000-abcdef')).rejects.toThrow(
      'there is no plan p-20000101-000000-abcdef',
    )
  })

  it('refused as stale: made for another Braze', async () => {
    const world = await makeWorld({ on, data: PEOPLE, syncs: SYNCS })
    const plan = await world.plan()
    const other = await startSandbox({ rateLimit: false })
    try {
      await world.configure({ braze: { endpoint: other.url } })
      await refused(world, plan.plan, `it was made for ${world.sandbox.url}`)
      expect(other.meter.requests).toBe(0)
    } finally {
      await other.close()
    }
  })

  it('applied again after an apply that died: the rest is sent, nothing twice', async () => {
    const world = await makeWorld({
      on,
      data: ['create table people (id varchar(20), spend integer)', people(on, 100)],
      syncs: { 'sql/properties/facts.sql': FACTS },
      config: { braze: { objects_per_request: 1 } },
    })
    const plan = await world.plan()
    world.sandbox.faults.inject({ kind: 'garbage', object: { external_id: 'u10' } })
    const died = await world.apply(plan.plan, {
      progress: ({ stage }) => {
        if (stage === 'settle') throw new Error('died')
      },
    })
    expect(died.error?.message).toBe('died')
    world.sandbox.faults.clear()
    await world.sql('delete from people where spend > 50')
    // All but the one whose reply made no sense are settled first.
    const again = good(await world.apply(plan.plan))
    expect([again.objects, of(again, 'facts').sent]).toEqual([1, 1])
    expect(Object.keys(braze(world))).toHaveLength(100)
    expect(await world.ledger('select size from syncs')).toEqual([{ size: 100 }])
    expect(await world.ledger('select count(*) as n from doubt')).toEqual([{ n: 0 }])
    await refused(world, plan.plan, 'it has been applied')
    expect(await leftTables(world)).toEqual([])
  })

  it('applied again after Braze was out of reach', async () => {
    const world = await makeWorld({ on, data: PEOPLE, syncs: SYNCS })
    const plan = await world.plan()
    world.sandbox.faults.inject({ kind: 'unauthorized' })
    const failed = await world.apply(plan.plan)
    expect([failed.exitCode, failed.status]).toEqual([1, 'failed'])
    good(await world.apply(plan.plan))
    expect(braze(world)).toEqual({ ann: { vip: 'true', spend: '900' }, bob: { spend: '20' } })
  })

  it('not cut by max_duration', async () => {
    const world = await makeWorld({ on, data: PEOPLE, syncs: SYNCS, config: { max_duration: '1s' } })
    const plan = await world.plan()
    let laps = 0
    const monotonic = () => {
      laps += 1
      return performance.now() + laps * 1000
    }
    good(await world.apply(plan.plan, { monotonic }))
    expect(Object.keys(braze(world)).toSorted()).toEqual(['ann', 'bob'])
  })

  it('a sync that fails leaves no tables, and its plan goes on for the others', async () => {
    const world = await makeWorld({
      on,
      data: PEOPLE,
      syncs: {
        ...SYNCS,
        'sql/properties/bad.sql': `select id as external_id, cast(id as integer) as n from people`,
      },
    })
    const plan = await world.plan()
    expect([...plan.failed.keys()]).toEqual(['bad'])
    good(await world.apply(plan.plan))
    expect(await leftTables(world)).toEqual([])
  })
})
