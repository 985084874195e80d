// What becomes of Braze's profiles when a definition changes: names, memberships, columns, types, policies.

import { describe, expect, it } from 'vitest'
import { makeWorld, type World, type WorldKind } from '../support/world.ts'
import { braze, good, KINDS, leftTables, of } from './look.ts'

const PEOPLE = [
  'create table people (id varchar(300), spend integer, city varchar(300))',
  `insert into people values ('ann', 900, 'Oslo'), ('bob', 20, 'Bonn')`,
]
const VIP = 'select id as external_id from people where spend > 500'
const FACTS = 'select id as external_id, spend, city from people'
const AUDIENCE = 'sql/audiences/vip.sql'
const PROPERTIES = 'sql/properties/facts.sql'

const header = (yaml: string, sql: string) => `/* ---\n${yaml}\n--- */\n${sql}\n`

/** A project with one definition, loaded, and then the same with another text of it. */
async function changed(on: WorldKind, change: { path: string; from: string; to: string }): Promise<World> {
  const world = await makeWorld({ on, data: PEOPLE, syncs: { [change.path]: change.from } })
  good(await world.sync())
  await world.write(change.path, change.to)
  return world
}

const settled = async (world: World) => {
  expect((await world.sync()).requests).toBe(0)
  expect(await leftTables(world)).toEqual([])
}

describe.each(KINDS)('a definition that changes on %s', (on) => {
  it('attribute renamed: the former one is taken back by its policy, in the same object', async () => {
    const world = await changed(on, { path: AUDIENCE, from: VIP, to: header('attribute: gold', VIP) })
    const plan = await world.plan()
    expect(plan.syncs[0]?.numbers).toMatchObject({ migrated: 1, changed: 1, objects: 1, lost: { vip: 1 } })
    expect(good(await world.sync()).objects).toBe(1)
    expect(braze(world)).toEqual({ ann: { vip: 'false', gold: 'true' } })
    expect((await world.sync()).requests).toBe(0)
  })

  it('prefix changed: with unset the former attributes go, with keep they stay', async () => {
    const world = await makeWorld({
      on,
      data: PEOPLE,
      syncs: {
        'sql/properties/a.sql': header('prefix: a_\non_leave: unset', FACTS),
        'sql/properties/b.sql': header('prefix: b_', FACTS),
      },
    })
    good(await world.sync())
    await world.write('sql/properties/a.sql', header('prefix: x_\non_leave: unset', FACTS))
    await world.write('sql/properties/b.sql', header('prefix: y_', FACTS))
    expect(good(await world.sync()).objects).toBe(2)
    expect(braze(world).ann).toEqual({
      x_spend: '900',
      x_city: '"Oslo"',
      b_spend: '900',
      b_city: '"Oslo"',
      y_spend: '900',
      y_city: '"Oslo"',
    })
    await settled(world)
  })

  it('flag becomes list, and list becomes flag', async () => {
    const world = await changed(on, { path: AUDIENCE, from: VIP, to: header('membership: list', VIP) })
    good(await world.sync())
    expect(braze(world)).toEqual({ ann: { vip: 'false', audiences: '["vip"]' } })
    await settled(world)
    await world.write(AUDIENCE, VIP)
    good(await world.sync())
    expect(braze(world)).toEqual({ ann: { vip: 'true', audiences: '[]' } })
    await world.sql(`update people set spend = 0`, `insert into people values ('cid', 999, null)`)
    good(await world.sync())
    expect(braze(world)).toMatchObject({ ann: { vip: 'false' }, cid: { vip: 'true' } })
    await settled(world)
  })

  it('column added: sent for everybody who has a value', async () => {
    const world = await changed(on, {
      path: PROPERTIES,
      from: 'select id as external_id, spend from people',
      to: `select id as external_id, spend, nullif(city, 'Bonn') as city from people`,
    })
    // A column of that name, left over by a run that died before it could drop it, must not be taken for ours.
    const [its] = await world.ledger('select snapshot from syncs')
    await world.ledger(`alter table ${its?.snapshot} add column city boolean`)
    await world.ledger(`update ${its?.snapshot} set city = true`)
    const added = good(await world.sync())
    expect(of(added, 'facts')).toMatchObject({ added: 0, changed: 1, sent: 1, dataPoints: 1 })
    expect(braze(world)).toEqual({ ann: { spend: '900', city: '"Oslo"' }, bob: { spend: '20' } })
    await settled(world)
  })

  it('column dropped: kept in Braze and remembered, or unset', async () => {
    const less = 'select id as external_id, spend from people'
    const world = await changed(on, { path: PROPERTIES, from: FACTS, to: less })
    good(await world.sync())
    expect(world.sandbox.meter.requests).toBe(1)
    expect(braze(world).ann).toEqual({ spend: '900', city: '"Oslo"' })
    await settled(world)
    // When it comes back Braze has it already, but for what changed meanwhile.
    await world.sql(`update people set city = 'Lima' where id = 'ann'`)
    await world.write(PROPERTIES, FACTS)
    expect(of(good(await world.sync()), 'facts')).toMatchObject({ changed: 1, sent: 1 })
    expect(braze(world).ann).toEqual({ spend: '900', city: '"Lima"' })

    const taking = await changed(on, {
      path: PROPERTIES,
      from: header('on_leave: unset', FACTS),
      to: header('on_leave: unset', less),
    })
    good(await taking.sync())
    expect(braze(taking)).toEqual({ ann: { spend: '900' }, bob: { spend: '20' } })
    await settled(taking)
  })

  it('column dropped while somebody leaves', async () => {
    const world = await changed(on, {
      path: PROPERTIES,
      from: header('on_leave: unset', FACTS),
      to: header('on_leave: unset', 'select id as external_id, spend from people'),
    })
    await world.sql(`delete from people where id = 'bob'`)
    good(await world.sync())
    expect(braze(world)).toEqual({ ann: { spend: '900' }, bob: {} })
    await settled(world)
  })

  it('column type changed: sent again where the JSON differs, rewritten where it is equal', async () => {
    const world = await makeWorld({
      on,
      data: [...PEOPLE, `alter table people add column code varchar(300)`, `update people set code = '7'`],
      syncs: {
        'sql/properties/a.sql': 'select id as external_id, spend as a from people',
        'sql/properties/b.sql': 'select id as external_id, code as b from people',
        'sql/properties/c.sql': 'select id as external_id, spend as c from people',
        'sql/properties/d.sql': 'select id as external_id, cast(spend as decimal(10,2)) as d from people',
      },
    })
    good(await world.sync())
    expect(braze(world).ann).toEqual({ a: '900', b: '"7"', c: '900', d: '900.0' })
    await world.write(
      'sql/properties/a.sql',
      'select id as external_id, cast(spend as varchar(20)) as a from people',
    )
    await world.write(
      'sql/properties/b.sql',
      'select id as external_id, cast(code as integer) as b from people',
    )
    await world.write(
      'sql/properties/c.sql',
      'select id as external_id, cast(spend as double precision) as c from people',
    )
    await world.write(
      'sql/properties/d.sql',
      'select id as external_id, cast(spend as double precision) as d from people',
    )
    const report = good(await world.sync())
    expect(['a', 'b', 'c', 'd'].map((name) => of(report, name).sent)).toEqual([2, 2, 2, 0])
    // Nothing was sent, so nothing has changed.
    expect(of(report, 'd')).toMatchObject({ changed: 0, unchanged: 2, dataPoints: 0 })
    expect(braze(world)).toEqual({
      ann: { a: '"900"', b: '7', c: '900.0', d: '900.0' },
      bob: { a: '"20"', b: '7', c: '20.0', d: '20.0' },
    })
    await settled(world)
    // The new columns are what is compared from now on, also for who leaves.
    await world.sql(`update people set spend = 21, code = null where id = 'bob'`)
    good(await world.sync())
    expect(braze(world).bob).toEqual({ a: '"21"', c: '21.0', d: '21.0' })
    await settled(world)
  })

  it('column type changed while its value becomes NULL or its person leaves', async () => {
    const world = await changed(on, {
      path: PROPERTIES,
      from: header('on_leave: unset', 'select id as external_id, spend from people'),
      to: header(
        'on_leave: unset',
        'select id as external_id, cast(spend as varchar(20)) as spend from people',
      ),
    })
    await world.sql(
      `update people set spend = null where id = 'ann'`,
      `delete from people where id = 'bob'`,
      `insert into people values ('cid', 3, null)`,
    )
    good(await world.sync())
    expect(braze(world)).toEqual({ ann: {}, bob: {}, cid: { spend: '"3"' } })
    await settled(world)
  })

  it('on_leave changed: later leavers only', async () => {
    const world = await changed(on, {
      path: PROPERTIES,
      from: FACTS,
      to: header('on_leave: unset', FACTS),
    })
    await world.write(PROPERTIES, FACTS)
    await world.sql(`insert into people values ('cid', 5, 'Rome')`)
    good(await world.sync())
    await world.sql(`delete from people where id = 'cid'`)
    good(await world.sync())
    // cid has left under keep; the new policy is not for cid.
    await world.write(PROPERTIES, header('on_leave: unset', FACTS))
    const flip = good(await world.sync())
    expect(of(flip, 'facts')).toMatchObject({ removed: 0, sent: 0 })
    expect(braze(world).cid).toEqual({ spend: '5', city: '"Rome"' })
    await settled(world)
    await world.sql(`delete from people where id = 'bob'`)
    good(await world.sync())
    expect(braze(world)).toEqual({
      ann: { spend: '900', city: '"Oslo"' },
      bob: {},
      cid: { spend: '5', city: '"Rome"' },
    })
    await settled(world)
    // Back to keep: who leaves from now on stays as is.
    await world.write(PROPERTIES, FACTS)
    await world.sql(`delete from people where id = 'ann'`, `insert into people values ('dee', 1, null)`)
    good(await world.sync())
    expect(braze(world).ann).toEqual({ spend: '900', city: '"Oslo"' })
  })

  it('identity type changed: refused, until it is retired', async () => {
    const world = await changed(on, {
      path: AUDIENCE,
      from: VIP,
      to: `select id || '@example.com' as email from people where spend > 500`,
    })
    const refused = await world.sync()
    expect([refused.exitCode, refused.status, refused.requests]).toEqual([1, 'failed', 0])
    expect(of(refused, 'vip').error).toBe(
      'sql/audiences/vip.sql: the person was named by external_id and is now named by email',
    )
    expect(braze(world)).toEqual({ ann: { vip: 'true' } })
    expect(good(await world.retire('vip')).objects).toBe(1)
    good(await world.sync())
    expect(braze(world)).toEqual({
      ann: { vip: 'false' },
      'ann@example.com': { vip: 'true', email: '"ann@example.com"' },
    })
  })

  it('a new column of select * holds the sync until its plan is applied', async () => {
    const world = await makeWorld({
      on,
      data: [
        'create table wide (external_id varchar(20), spend integer)',
        `insert into wide values ('ann', 900)`,
      ],
      syncs: {
        [PROPERTIES]: 'select * from wide',
        'sql/audiences/all_of_us.sql': 'select external_id from wide',
      },
    })
    good(await world.sync())
    await world.sql(
      'alter table wide add column city varchar(20)',
      `update wide set city = 'Oslo', spend = 1`,
    )
    await world.sql(`insert into wide values ('bob', 2, 'Bonn')`)
    const held = await world.sync()
    expect([held.exitCode, held.status]).toEqual([3, 'held'])
    expect(of(held, 'facts')).toMatchObject({
      status: 'held',
      heldBy: ['new_column: select * brings in a new column, city'],
    })
    expect(braze(world)).toEqual({ ann: { all_of_us: 'true', spend: '900' }, bob: { all_of_us: 'true' } })
    good(await world.apply(of(held, 'facts').plan ?? ''))
    expect(braze(world)).toEqual({
      ann: { all_of_us: 'true', spend: '1', city: '"Oslo"' },
      bob: { all_of_us: 'true', spend: '2', city: '"Bonn"' },
    })
    await settled(world)
  })
})
