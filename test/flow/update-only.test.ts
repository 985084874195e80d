// What becomes of people when a sync ceases to create profiles, or begins to.

import { describe, expect, it } from 'vitest'
import { makeWorld, type World, type WorldKind } from '../support/world.ts'
import { braze, good, KINDS, of } from './look.ts'

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
async function changed(on: WorldKind, path: string, text: { from: string; to: string }): Promise<World> {
  const world = await makeWorld({ on, data: PEOPLE, syncs: { [path]: text.from } })
  good(await world.sync())
  await world.write(path, text.to)
  return world
}

describe.each(KINDS)('create_users that changes on %s', (on) => {
  it('update-only becomes creating: the people whom Braze did not have are sent again', async () => {
    const world = await changed(on, AUDIENCE, { from: header('create_users: false', VIP), to: VIP })
    expect(braze(world)).toEqual({})
    expect(good(await world.sync()).objects).toBe(1)
    expect(braze(world)).toEqual({ ann: { vip: 'true' } })
    expect((await world.sync()).requests).toBe(0)
  })

  it('creating becomes update-only: planned before the snapshot knows when a row was sent, then refreshed by age', async () => {
    const update = header('create_users: false\nrefresh: 10 days', FACTS)
    const world = await changed(on, PROPERTIES, { from: FACTS, to: update })
    await world.write(AUDIENCE, VIP)
    const [its] = await world.ledger('select snapshot from syncs')
    await world.ledger(`update ${its?.snapshot} set since = since - interval '11 days' where k = 'bob'`)
    expect((await world.plan()).syncs.map(({ numbers }) => numbers.repaired)).toEqual([1, 0])
    await world.sql(`insert into people values ('cid', 5, 'Rome')`)
    const turned = good(await world.sync())
    expect([of(turned, 'facts').sent, of(turned, 'vip').sent]).toEqual([2, 1])
    expect(braze(world)).toEqual({
      ann: { spend: '900', city: '"Oslo"', vip: 'true' },
      bob: { spend: '20', city: '"Bonn"' },
    })
    expect((await world.sync()).requests).toBe(0)
    await world.ledger(`update ${its?.snapshot} set since = since - interval '11 days'`)
    // Ann is as old as her first load; the others were sent since.
    expect(of(good(await world.sync()), 'facts').sent).toBe(1)
    expect((await world.sync()).requests).toBe(0)
    // And back: whom Braze may not have had is sent again, and created.
    await world.write(PROPERTIES, FACTS)
    expect(of(good(await world.sync()), 'facts').sent).toBe(3)
    expect(braze(world).cid).toEqual({ spend: '5', city: '"Rome"' })
    expect((await world.sync()).requests).toBe(0)
    await world.write(PROPERTIES, update)
    expect(of(good(await world.sync()), 'facts').sent).toBe(3)
    expect((await world.sync()).requests).toBe(0)
  })

  it('creating becomes update-only and back before everything was accepted: nobody is forgotten', async () => {
    const facts = 'select id as external_id, spend, city as email from people'
    const world = await changed(on, PROPERTIES, {
      from: 'select id as external_id, spend from people',
      to: header('create_users: false', facts),
    })
    await world.sql(`insert into people values ('cid', 5, 'cid@example.com')`)
    // Braze refuses the cities of the others, which are no addresses.
    expect(of(await world.sync(), 'facts')).toMatchObject({ status: 'rejected', rejected: 2 })
    expect(braze(world).cid).toBeUndefined()
    await world.write(PROPERTIES, facts)
    await world.sql(`update people set city = id || '@example.com'`)
    good(await world.sync())
    expect(braze(world).cid).toEqual({ spend: '5', email: '"cid@example.com"' })
    expect((await world.sync()).requests).toBe(0)
  })
})
