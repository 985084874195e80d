// The plain life of a project: first load, nothing changed, people who enter, change and leave; seen in Braze's profiles.

import { describe, expect, it } from 'vitest'
import { makeWorld } from '../support/world.ts'
import { braze, good, KINDS, leftTables, of, sentSince } from './look.ts'

const PEOPLE = [
  'create table people (id varchar(300), spend integer, city varchar(300))',
  `insert into people values ('ann', 900, 'Oslo'), ('bob', 20, null), ('cid', 700, 'Rome')`,
]
const VIP = 'select id as external_id from people where spend > 500'
const FACTS = 'select id as external_id, spend, city from people'

const header = (yaml: string, sql: string) => `/* ---\n${yaml}\n--- */\n${sql}\n`

describe.each(KINDS)('a life on %s', (on) => {
  it('loads, does nothing when nothing changed, then sends only the difference', async () => {
    const world = await makeWorld({
      on,
      data: PEOPLE,
      syncs: { 'sql/audiences/vip.sql': VIP, 'sql/properties/facts.sql': FACTS },
      sandbox: { keepBodies: true },
    })
    const first = good(await world.sync())
    expect(first.objects).toBe(3)
    expect(braze(world)).toEqual({
      ann: { vip: 'true', spend: '900', city: '"Oslo"' },
      bob: { spend: '20' },
      cid: { vip: 'true', spend: '700', city: '"Rome"' },
    })

    const quiet = good(await world.sync())
    expect([quiet.requests, quiet.objects, world.sandbox.meter.requests]).toEqual([0, 0, 1])
    expect(of(quiet, 'facts')).toMatchObject({
      rows: 3,
      added: 0,
      changed: 0,
      removed: 0,
      unchanged: 3,
      sent: 0,
    })

    await world.sql(
      `insert into people values ('dee', 501, 'Bonn')`,
      `update people set spend = 5 where id = 'ann'`,
      `delete from people where id = 'cid'`,
    )
    const next = good(await world.sync())
    expect(of(next, 'vip')).toMatchObject({ rows: 1, added: 1, changed: 0, removed: 2, sent: 3 })
    expect(of(next, 'facts')).toMatchObject({
      rows: 3,
      added: 1,
      changed: 1,
      removed: 0,
      unchanged: 1,
      sent: 2,
    })
    expect(braze(world)).toEqual({
      ann: { vip: 'false', spend: '5', city: '"Oslo"' },
      bob: { spend: '20' },
      cid: { vip: 'false', spend: '700', city: '"Rome"' },
      dee: { vip: 'true', spend: '501', city: '"Bonn"' },
    })
    expect(
      sentSince(world, 1).toSorted((a, b) => (String(a.external_id) < String(b.external_id) ? -1 : 1)),
    ).toEqual([
      { external_id: 'ann', _update_existing_only: false, vip: false, spend: 5 },
      { external_id: 'cid', _update_existing_only: true, vip: false },
      { external_id: 'dee', _update_existing_only: false, vip: true, spend: 501, city: 'Bonn' },
    ])
    expect(await leftTables(world)).toEqual([])
  })

  it('unsets what becomes NULL, or omits it; never sends a first NULL', async () => {
    const world = await makeWorld({
      on,
      data: PEOPLE,
      syncs: {
        'sql/properties/strict.sql': 'select id as external_id, city from people',
        'sql/properties/lax.sql': header(
          'nulls: omit\nprefix: lax_',
          'select id as external_id, city from people',
        ),
      },
    })
    good(await world.sync())
    expect(braze(world)).toEqual({
      ann: { city: '"Oslo"', lax_city: '"Oslo"' },
      cid: { city: '"Rome"', lax_city: '"Rome"' },
    })
    await world.sql(`update people set city = null`)
    const nulls = good(await world.sync())
    expect(of(nulls, 'strict')).toMatchObject({ changed: 2, sent: 2 })
    expect(of(nulls, 'lax')).toMatchObject({ changed: 0, sent: 0 })
    expect(braze(world)).toEqual({ ann: { lax_city: '"Oslo"' }, cid: { lax_city: '"Rome"' } })
    expect((await world.sync()).requests).toBe(0)
    // The value that Braze kept is known: the same value again is no change.
    await world.sql(`update people set city = 'Oslo' where id = 'ann'`)
    const back = good(await world.sync())
    expect([of(back, 'strict').sent, of(back, 'lax').sent]).toEqual([1, 0])
    expect(braze(world)).toMatchObject({ ann: { city: '"Oslo"', lax_city: '"Oslo"' } })
  })

  it('does with leavers as on_leave says', async () => {
    const select = 'select id as external_id from people where spend > 500'
    const world = await makeWorld({
      on,
      data: PEOPLE,
      syncs: {
        'sql/audiences/falls.sql': select,
        'sql/audiences/goes.sql': header('on_leave: unset', select),
        'sql/audiences/stays.sql': header('on_leave: keep', select),
        'sql/properties/kept.sql': 'select id as external_id, spend as kept_spend from people',
        'sql/properties/taken.sql': header(
          'on_leave: unset',
          'select id as external_id, spend as taken_spend from people',
        ),
      },
    })
    good(await world.sync())
    await world.sql(`delete from people where id = 'ann'`)
    const left = good(await world.sync())
    expect(left.objects).toBe(1)
    expect(braze(world).ann).toEqual({ falls: 'false', stays: 'true', kept_spend: '900' })
    expect((await world.sync()).requests).toBe(0)
    await world.sql(`insert into people values ('ann', 900, 'Oslo')`)
    good(await world.sync())
    expect(braze(world).ann).toEqual({
      falls: 'true',
      goes: 'true',
      stays: 'true',
      kept_spend: '900',
      taken_spend: '900',
    })
  })

  it('merges memberships of one list, and takes back only its own element', async () => {
    const world = await makeWorld({
      on,
      data: PEOPLE,
      syncs: {
        'sql/audiences/rich.sql': header('membership: list', VIP),
        'sql/audiences/northern.sql': header(
          'membership: list',
          `select id as external_id from people where city = 'Oslo'`,
        ),
      },
      sandbox: { keepBodies: true },
    })
    good(await world.sync())
    const [ann] = sentSince(world, 0).filter((object) => object.external_id === 'ann')
    expect(ann?.audiences).toEqual({ add: expect.arrayContaining(['rich', 'northern']) })
    expect(JSON.parse(braze(world).ann?.audiences ?? '').toSorted()).toEqual(['northern', 'rich'])
    expect(braze(world).cid).toEqual({ audiences: '["rich"]' })

    await elsewhere(world.sandbox.url, { external_id: 'ann', audiences: { add: ['by hand'] } })
    await world.sql(
      `update people set spend = 1, city = 'Rome' where id = 'ann'`,
      `update people set city = 'Oslo' where id = 'cid'`,
    )
    const moved = good(await world.sync())
    expect(moved.objects).toBe(2)
    expect(braze(world).ann).toEqual({ audiences: '["by hand"]' })
    expect(JSON.parse(braze(world).cid?.audiences ?? '').toSorted()).toEqual(['northern', 'rich'])
    expect((await world.sync()).requests).toBe(0)
  })

  it('sends one object per person over five audiences and two property files', async () => {
    const audience = (n: number) => `select id as external_id from crowd where n % ${n + 1} = 0`
    const world = await makeWorld({
      on,
      data: [
        'create table crowd (id varchar(20), n integer)',
        `insert into crowd select 'u' || i, i from ${on === 'duckdb' ? 'range(200)' : 'generate_series(0, 199)'} as t(i)`,
      ],
      syncs: {
        ...Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`sql/audiences/a${n}.sql`, audience(n)])),
        'sql/properties/p1.sql': 'select id as external_id, n from crowd where n < 150',
        'sql/properties/p2.sql':
          'select id as external_id, n * 2 as twice, n % 7 as week from crowd where n >= 50',
      },
    })
    const first = good(await world.sync())
    expect([first.objects, first.requests, world.sandbox.meter.objects]).toEqual([200, 3, 200])
    expect(braze(world).u60).toEqual({
      a1: 'true',
      a2: 'true',
      a3: 'true',
      a4: 'true',
      a5: 'true',
      n: '60',
      twice: '120',
      week: '4',
    })
    expect(braze(world).u31).toEqual({ n: '31' })
    await world.sql('update crowd set n = n + 1 where n between 60 and 69')
    const next = good(await world.sync())
    expect([next.objects, next.requests]).toEqual([10, 1])
    expect(braze(world).u60).toEqual({
      a1: 'false',
      a2: 'false',
      a3: 'false',
      a4: 'false',
      a5: 'false',
      n: '61',
      twice: '122',
      week: '5',
    })
  })

  it('never makes a profile by taking something back', async () => {
    const world = await makeWorld({
      on,
      data: PEOPLE,
      syncs: {
        'sql/audiences/vip.sql': VIP,
        'sql/audiences/tags.sql': header('membership: list', VIP),
        'sql/properties/facts.sql': header('on_leave: unset', FACTS),
      },
    })
    good(await world.sync())
    world.sandbox.reset()
    await world.sql(`delete from people where id = 'ann'`)
    const left = good(await world.sync())
    expect([left.objects, left.exitCode]).toEqual([1, 0])
    expect(braze(world)).toEqual({})
    expect(world.sandbox.meter.updateOnlyMisses).toBe(1)
    // A NULL alone is a remove as well.
    await world.sql(`insert into people values ('eve', 1, 'Rome')`)
    good(await world.sync())
    world.sandbox.reset()
    await world.sql(`update people set city = null where id = 'eve'`)
    good(await world.sync())
    expect(braze(world)).toEqual({})
  })
})

it('runs from Postgres with its ledger in DuckDB', async () => {
  const world = await makeWorld({
    on: 'postgres+duckdb',
    data: PEOPLE,
    syncs: { 'sql/audiences/vip.sql': VIP, 'sql/properties/facts.sql': FACTS },
  })
  good(await world.sync())
  await world.sql(`update people set city = '' where id = 'ann'`, `delete from people where id = 'cid'`)
  good(await world.sync())
  expect((await world.sync()).requests).toBe(0)
  // Braze takes an empty text as a value; '' and NULL stay apart on their way through the file.
  expect(braze(world)).toEqual({
    ann: { vip: 'true', spend: '900', city: '""' },
    bob: { spend: '20' },
    cid: { vip: 'false', spend: '700', city: '"Rome"' },
  })
  expect(await leftTables(world)).toEqual([])
})

/** Somebody else writes to Braze. */
async function elsewhere(url: string, object: object): Promise<void> {
  const response = await fetch(`${url}/users/track`, {
    method: 'POST',
    headers: { authorization: 'Bearer sandbox-key', 'content-type': 'application/json' },
    body: JSON.stringify({ attributes: [object] }),
  })
  expect(response.status).toBe(201)
}
