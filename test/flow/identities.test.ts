// Every way to name a person, and syncs that may not create profiles.

import { describe, expect, it } from 'vitest'
import { makeWorld } from '../support/world.ts'
import { braze, good, KINDS, of, sentSince } from './look.ts'

const header = (yaml: string, sql: string) => `/* ---\n${yaml}\n--- */\n${sql}\n`

describe.each(KINDS)('identities on %s', (on) => {
  it('e-mail: trimmed and in lower case, one person however it is written', async () => {
    const world = await makeWorld({
      on,
      data: [
        'create table people (mail varchar(300), n integer)',
        `insert into people values ('  Ann@Example.COM ', 1), ('bob@example.com', 2)`,
      ],
      syncs: {
        'sql/properties/facts.sql': 'select mail as email, n from people',
        'sql/audiences/all_of_us.sql': 'select mail as email from people',
      },
    })
    expect(good(await world.sync()).objects).toBe(2)
    expect(braze(world)).toEqual({
      'ann@example.com': { email: '"ann@example.com"', n: '1', all_of_us: 'true' },
      'bob@example.com': { email: '"bob@example.com"', n: '2', all_of_us: 'true' },
    })
    await world.sql(`update people set mail = 'ANN@example.com' where n = 1`)
    expect((await world.sync()).requests).toBe(0)
    await world.sql(`insert into people values ('Bob@example.com ', 3)`)
    expect(of(await world.sync(), 'facts').error).toBe(
      'sql/properties/facts.sql: 1 key stands on more than one row',
    )
  })

  it('alias, phone and braze_id; text, number and uuid keys as they are', async () => {
    const world = await makeWorld({
      on,
      data: [
        'create table people (id integer, code uuid, name varchar(50), n integer)',
        `insert into people values (7, '3b241101-e2bb-4255-8caf-4136c566a962', 'a"b\\c', 1), (8, '3b241101-e2bb-4255-8caf-4136c566a963', 'Ünal 😀', 2)`,
      ],
      syncs: {
        'sql/properties/by_alias.sql': `select name as alias_name, 'shop' as alias_label, n from people`,
        'sql/properties/by_phone.sql': `select '+4930123456' || id as phone, n * 10 as ten from people`,
        'sql/properties/by_number.sql': 'select id as external_id, n * 100 as hundred from people',
        'sql/properties/by_uuid.sql': 'select code as external_id, n * 1000 as thousand from people',
      },
      sandbox: { keepBodies: true },
    })
    expect(good(await world.sync()).objects).toBe(8)
    const held = braze(world)
    expect(held).toMatchObject({
      'shop:a"b\\c': { n: '1' },
      'shop:Ünal 😀': { n: '2' },
      '+49301234567': { ten: '10' },
      '7': { hundred: '100' },
      '8': { hundred: '200' },
      '3b241101-e2bb-4255-8caf-4136c566a962': { thousand: '1000' },
    })
    const brazeId = world.sandbox.profile('7')?.brazeId
    await world.write(
      'sql/properties/by_braze.sql',
      `select '${brazeId}' as braze_id, 'yes' as known from people where id = 7`,
    )
    await world.sql(`update people set n = 5 where id = 8`, `delete from people where id = 7 and 1 = 0`)
    good(await world.sync())
    expect(braze(world)['7']).toEqual({ hundred: '100', known: '"yes"' })
    expect(braze(world)['shop:Ünal 😀']).toEqual({ n: '5' })
    expect((await world.sync()).requests).toBe(0)
  })

  it('update-only creates nobody, and packs with syncs that do', async () => {
    const world = await makeWorld({
      on,
      data: [
        'create table people (id varchar(20), n integer)',
        `insert into people values ('ann', 1), ('bob', 2)`,
      ],
      syncs: {
        'sql/properties/facts.sql': header('create_users: false', 'select id as external_id, n from people'),
        'sql/audiences/first.sql': 'select id as external_id from people where n = 1',
      },
      sandbox: { keepBodies: true },
    })
    const plan = await world.plan()
    expect([plan.objects, plan.newProfiles]).toEqual([2, 1])
    good(await world.sync())
    expect(braze(world)).toEqual({ ann: { n: '1', first: 'true' } })
    expect(sentSince(world, 0)).toEqual(
      expect.arrayContaining([
        { external_id: 'ann', _update_existing_only: false, n: 1, first: true },
        { external_id: 'bob', _update_existing_only: true, n: 2 },
      ]),
    )
  })

  it('update-only rows are sent again after refresh, a thousand at a time at least, and priced in the plan', async () => {
    const world = await makeWorld({
      on,
      data: [
        'create table people (id varchar(20), n integer)',
        `insert into people values ('ann', 1), ('bob', 2), ('cid', 3)`,
      ],
      syncs: {
        'sql/properties/facts.sql': header(
          'create_users: false\nrefresh: 10 days',
          'select id as external_id, n from people',
        ),
      },
    })
    good(await world.sync())
    expect(braze(world)).toEqual({})
    await createElsewhere(world.sandbox.url, ['ann', 'bob', 'cid'])
    expect((await world.sync()).requests).toBe(0)
    const [its] = await world.ledger('select snapshot from syncs')
    await world.ledger(`update ${its?.snapshot} set sent_at = sent_at - interval '9 days'`)
    expect((await world.sync()).requests).toBe(0)
    await world.ledger(`update ${its?.snapshot} set sent_at = sent_at - interval '2 days' where k <> 'cid'`)
    const plan = await world.plan()
    expect([plan.objects, plan.dataPoints, plan.syncs[0]?.numbers.repaired]).toEqual([2, 2, 2])
    const refreshed = good(await world.sync())
    expect(of(refreshed, 'facts')).toMatchObject({ added: 0, changed: 0, removed: 0, sent: 2 })
    expect(braze(world)).toEqual({ ann: { n: '1' }, bob: { n: '2' }, cid: {} })
    expect((await world.sync()).requests).toBe(0)
    // A refresh is no change of anybody: history has none of it, and no guard counts it.
    expect(await world.ledger('select count(*) as n from history')).toEqual([{ n: 0 }])
  })

  it('resync sends all again, and still removes leavers', async () => {
    const world = await makeWorld({
      on,
      data: [
        'create table people (id varchar(20), n integer)',
        `insert into people values ('ann', 1), ('bob', null), ('cid', 3)`,
      ],
      syncs: {
        'sql/properties/facts.sql': header('on_leave: unset', 'select id as external_id, n from people'),
        'sql/audiences/all_of_us.sql': header('membership: list', 'select id as external_id from people'),
      },
    })
    good(await world.sync())
    world.sandbox.reset()
    await createElsewhere(world.sandbox.url, ['cid'])
    await world.sql(`delete from people where id = 'cid'`)
    const again = good(await world.resync(['facts', 'all_of_us']))
    expect(again.objects).toBe(3)
    expect(of(again, 'all_of_us')).toMatchObject({ added: 0, changed: 0, removed: 1, sent: 3 })
    expect(braze(world)).toEqual({
      ann: { n: '1', audiences: '["all_of_us"]' },
      bob: { audiences: '["all_of_us"]' },
      cid: {},
    })
    expect((await world.sync()).requests).toBe(0)
    expect(await world.ledger('select count(*) as n from doubt')).toEqual([{ n: 0 }])
  })
})

/** Profiles that Braze gets from somewhere else. */
async function createElsewhere(url: string, ids: readonly string[]): Promise<void> {
  const response = await fetch(`${url}/users/track`, {
    method: 'POST',
    headers: { authorization: 'Bearer sandbox-key', 'content-type': 'application/json' },
    body: JSON.stringify({ attributes: ids.map((external_id) => ({ external_id })) }),
  })
  expect(response.status).toBe(201)
}
