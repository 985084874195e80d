// Replies that say nothing: whom they concern is in doubt, and the next run repairs it, whatever the warehouse says by then.

import { describe, expect, it } from 'vitest'
import { makeWorld, type World, type WorldKind } from '../support/world.ts'
import { braze, good, KINDS, of } from './look.ts'

const header = (yaml: string, sql: string) => `/* ---\n${yaml}\n--- */\n${sql}\n`

const PEOPLE = [
  'create table people (id varchar(20), city varchar(50), n integer)',
  `insert into people values ('ann', 'Oslo', 1), ('bob', 'Bonn', 2)`,
]
const SYNCS = {
  'sql/properties/facts.sql': header('on_leave: unset', 'select id as external_id, city, n from people'),
  'sql/audiences/big.sql': 'select id as external_id from people where n > 1',
  'sql/audiences/tags.sql': header('membership: list', 'select id as external_id from people where n > 1'),
}
const ONE_EACH = { braze: { objects_per_request: 1 } }

/** Under `nulls: omit`: a write of ann's city got no answer, and the warehouse says NULL by now. */
async function leftUnsaid(on: WorldKind): Promise<World> {
  const syncs = {
    'sql/properties/lax.sql': header('nulls: omit', 'select id as external_id, city, n from people'),
  }
  const world = await makeWorld({ on, data: PEOPLE, syncs, config: ONE_EACH })
  await world.sql(`update people set city = null`)
  good(await world.sync())
  const nonsense = world.sandbox.faults.inject({ kind: 'garbage', object: { external_id: 'ann' } })
  await world.sql(`update people set city = 'Oslo' where id = 'ann'`)
  await world.sync()
  nonsense.remove()
  await world.sql(`update people set city = null where id = 'ann'`)
  return world
}

describe.each(KINDS)('doubt on %s', (on) => {
  it('an unknown reply is repaired, also when the warehouse changed back', async () => {
    const world = await makeWorld({ on, data: PEOPLE, syncs: SYNCS, config: ONE_EACH })
    good(await world.sync())
    const before = braze(world)
    expect(before.bob).toEqual({ city: '"Bonn"', n: '2', big: 'true', audiences: '["tags"]' })

    // Braze takes it, and answers with nonsense.
    const nonsense = world.sandbox.faults.inject({ kind: 'garbage', object: { external_id: 'bob' } })
    await world.sql(
      `update people set n = 0, city = 'Rome' where id = 'bob'`,
      `insert into people values ('cid', 'Nice', 5)`,
    )
    const unsure = await world.sync()
    expect([unsure.status, unsure.exitCode]).toEqual(['partial', 0])
    expect(of(unsure, 'facts')).toMatchObject({ status: 'partial', sent: 1, unknown: 1 })
    expect(braze(world).bob).toEqual({ city: '"Rome"', n: '0', big: 'false', audiences: '[]' })
    expect(await world.ledger('select sync, k, reason from doubt order by sync')).toEqual(
      ['big', 'facts', 'tags'].map((sync) => ({ sync, k: 'bob', reason: 'unknown' })),
    )
    // No difference is left, yet Braze holds what nobody wants.
    nonsense.remove()
    await world.sql(`update people set n = 2, city = 'Bonn' where id = 'bob'`)
    const repaired = good(await world.sync())
    expect([repaired.objects, of(repaired, 'facts').changed, of(repaired, 'big').removed]).toEqual([1, 0, 0])
    expect(braze(world)).toMatchObject(before)
    expect((await world.sync()).requests).toBe(0)
    expect(await world.ledger('select count(*) as n from doubt')).toEqual([{ n: 0 }])
  })

  it('somebody new in doubt who is gone by the next run is taken back, and no profile is made', async () => {
    const world = await makeWorld({ on, data: PEOPLE, syncs: SYNCS, config: ONE_EACH })
    good(await world.sync())
    const taken = world.sandbox.faults.inject({ kind: 'garbage', object: { external_id: 'cid' } })
    const lost = world.sandbox.faults.inject({
      kind: 'status',
      status: 200,
      body: 'what?',
      object: { external_id: 'dee' },
    })
    await world.sql(`insert into people values ('cid', 'Nice', 5), ('dee', 'Lyon', 6)`)
    expect((await world.sync()).status).toBe('partial')
    expect(Object.keys(braze(world)).toSorted()).toEqual(['ann', 'bob', 'cid'])
    taken.remove()
    lost.remove()
    await world.sql(`delete from people where id in ('cid', 'dee')`)
    expect(good(await world.sync()).objects).toBe(2)
    expect(braze(world)).toMatchObject({ cid: { big: 'false', audiences: '[]' } })
    expect(braze(world).cid).toEqual({ big: 'false', audiences: '[]' })
    expect(braze(world).dee).toBeUndefined()
    expect((await world.sync()).requests).toBe(0)
  })

  it('an error that names nobody, of a request that was applied, leaves the person in doubt', async () => {
    const world = await makeWorld({ on, data: PEOPLE, syncs: SYNCS, config: ONE_EACH })
    good(await world.sync())
    const object = { external_id: 'cid' }
    const vague = world.sandbox.faults.inject({ kind: 'unindexed_error', applied: true, object })
    await world.sql(`insert into people values ('cid', 'Nice', 5)`)
    expect(of(await world.sync(), 'facts')).toMatchObject({ sent: 0, rejected: 1 })
    expect(braze(world).cid).toMatchObject({ city: '"Nice"', big: 'true' })
    vague.remove()
    // Gone again: no snapshot knows of cid, but Braze does.
    await world.sql(`delete from people where id = 'cid'`)
    good(await world.sync())
    expect(braze(world).cid).toEqual({ big: 'false', audiences: '[]' })
    expect(await world.ledger('select count(*) as n from doubt')).toEqual([{ n: 0 }])
    expect((await world.sync()).requests).toBe(0)
  })

  it('a refusal that follows a lost reply leaves the person in doubt: Braze may hold what was lost', async () => {
    const world = await makeWorld({ on, data: PEOPLE, syncs: SYNCS, config: ONE_EACH })
    good(await world.sync())
    const before = braze(world)
    const object = { external_id: 'bob' }
    world.sandbox.faults.inject({ kind: 'drop', when: 'after', times: 1, object })
    const refused = world.sandbox.faults.inject({ kind: 'refuse', after: 1, object })
    await world.sql(`update people set city = 'Rome' where id = 'bob'`)
    expect(of(await world.sync(), 'facts')).toMatchObject({ sent: 0, rejected: 1 })
    expect(braze(world).bob).toMatchObject({ city: '"Rome"' })
    refused.remove()
    // No difference is left, yet Braze holds what it has refused since.
    await world.sql(`update people set city = 'Bonn' where id = 'bob'`)
    expect(good(await world.sync()).objects).toBe(1)
    expect(braze(world)).toMatchObject(before)
    expect(await world.ledger('select count(*) as n from doubt')).toEqual([{ n: 0 }])
    expect((await world.sync()).requests).toBe(0)
  })

  it('a value that becomes NULL while it is in doubt is unset', async () => {
    const world = await makeWorld({ on, data: PEOPLE, syncs: SYNCS, config: ONE_EACH })
    await world.sql(`update people set city = null`)
    good(await world.sync())
    const nonsense = world.sandbox.faults.inject({ kind: 'garbage', object: { external_id: 'ann' } })
    await world.sql(`update people set city = 'Oslo' where id = 'ann'`)
    await world.sync()
    expect(braze(world).ann).toEqual({ city: '"Oslo"', n: '1' })
    nonsense.remove()
    await world.sql(`update people set city = null where id = 'ann'`)
    good(await world.sync())
    expect(braze(world).ann).toEqual({ n: '1' })
  })

  it('what an unanswered write may have left is taken back by retire, though NULL says nothing since', async () => {
    const world = await leftUnsaid(on)
    // By a saved plan, which remembers of the definition only what the ledger keeps.
    const { plan } = await world.plan()
    expect(good(await world.apply(plan)).objects).toBe(1)
    expect(braze(world).ann).toEqual({ city: '"Oslo"', n: '1' })
    // It is not sent again and again, nor is it forgotten when another column of that person changes.
    expect((await world.sync()).requests).toBe(0)
    await world.sql(`update people set n = 5 where id = 'ann'`)
    expect(good(await world.sync())).toMatchObject({ objects: 1, dataPoints: 1 })
    expect((await world.sync()).requests).toBe(0)
    expect(await world.ledger('select k, reason from doubt')).toEqual([{ k: 'ann', reason: 'omitted' }])
    good(await world.resync(['lax']))
    expect(await world.ledger('select k, reason from doubt')).toEqual([{ k: 'ann', reason: 'omitted' }])
    good(await world.retire('lax'))
    expect(braze(world).ann).toEqual({})
  })

  it('a value that comes back after an unanswered write ends the doubt about it', async () => {
    const world = await leftUnsaid(on)
    good(await world.sync())
    await world.sql(`update people set city = 'Rome' where id = 'ann'`)
    expect(good(await world.sync())).toMatchObject({ objects: 1, dataPoints: 1 })
    expect(await world.ledger('select k from doubt')).toEqual([])
  })

  it('a column dropped, an attribute renamed while somebody is in doubt', async () => {
    const world = await makeWorld({ on, data: PEOPLE, syncs: SYNCS, config: ONE_EACH })
    await world.sql(`update people set n = 0, city = null`)
    const nonsense = world.sandbox.faults.inject({ kind: 'garbage', object: { external_id: 'bob' } })
    await world.sql(`update people set n = 7, city = 'Rome' where id = 'bob'`)
    await world.sync()
    expect(braze(world).bob).toEqual({ city: '"Rome"', n: '7', big: 'true', audiences: '["tags"]' })
    nonsense.remove()
    await world.write(
      'sql/properties/facts.sql',
      header('on_leave: unset', 'select id as external_id, n from people'),
    )
    await world.write(
      'sql/audiences/big.sql',
      header('attribute: large', 'select id as external_id from people where n > 1'),
    )
    good(await world.sync())
    expect(braze(world).bob).toEqual({ n: '7', big: 'false', large: 'true', audiences: '["tags"]' })
    expect((await world.sync()).requests).toBe(0)
  })
})
