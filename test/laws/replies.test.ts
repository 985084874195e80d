// Replies that a Braze, or something in front of it, might give: only success that says so counts as accepted.

import { describe, expect, it } from 'vitest'
import { good } from '../flow/look.ts'
import { makeWorld } from '../support/world.ts'

const success = (errors: unknown) => JSON.stringify({ message: 'success', errors })

const ODD: readonly (readonly [status: number, body: string])[] = [
  [200, ''],
  [201, '{}'],
  [201, '[]'],
  [201, 'null'],
  [201, '{"message":"success"'],
  [201, '{"message":"Success!"}'],
  [201, '{"success":true}'],
  [200, '{"message":"queued"}'],
  [202, ''],
  [204, ''],
  [200, '<html>success</html>'],
  [201, success('something')],
  [201, success({ index: 0 })],
  [201, success([{ type: 'bad' }])],
  [201, success([{ type: 'bad', index: '0', input_array: 'attributes' }])],
  [201, success([{ type: 'bad', index: -1, input_array: 'attributes' }])],
  [201, success([{ type: 'bad', index: 75, input_array: 'attributes' }])],
  [201, success([{ type: 'bad', index: 0, input_array: 'events' }])],
  [201, success([null])],
]

describe('replies', () => {
  it.each([
    ['odd', 1],
    ['even', 0],
  ])('Law 10: a reply that is not understood never counts as accepted (%s rows)', async (_, rest) => {
    const replies = ODD.filter((_, row) => row % 2 === rest)
    // Each reply for one person's request; fewer than it takes to give Braze up, or a sync as poisoned.
    const people = replies.map((_, i) => `u${i}`)
    const world = await makeWorld({
      on: 'duckdb',
      data: [`create table people as select 'u' || i as id, i as n from range(${replies.length}) as t(i)`],
      syncs: { 'sql/properties/facts.sql': 'select id as external_id, n from people' },
      config: { braze: { objects_per_request: 1 } },
    })
    for (const [i, [status, body]] of replies.entries())
      world.sandbox.faults.inject({
        kind: 'status',
        status,
        body,
        object: { external_id: `u${i}` },
        times: 'always',
      })
    const report = await world.sync()
    expect([report.error, report.syncs[0]?.sent]).toEqual([null, 0])
    expect(await world.ledger('select size from syncs')).toEqual([{ size: 0 }])
    const open = await world.ledger('select k from doubt union select k from rejections')
    expect(open.map(({ k }) => k).toSorted()).toEqual(people.toSorted())
    expect(world.profiles()).toEqual({})
    world.sandbox.faults.clear()
    good(await world.sync())
    expect(world.profiles()).toEqual(Object.fromEntries(people.map((id, i) => [id, { n: String(i) }])))
    expect((await world.sync()).requests).toBe(0)
  })

  it('Law 10: an error without an index takes back the success of its batch, though parts of it were applied', async () => {
    const world = await makeWorld({
      on: 'duckdb',
      data: ['create table people (id text, n int)', `insert into people values ('ann', 1), ('bob', 2)`],
      syncs: { 'sql/properties/facts.sql': 'select id as external_id, n from people' },
    })
    world.sandbox.faults.inject({ kind: 'unindexed_error', applied: true, times: 'always' })
    expect((await world.sync()).syncs[0]?.sent).toBe(0)
    expect(await world.ledger('select size from syncs')).toEqual([{ size: 0 }])
    world.sandbox.faults.clear()
    await world.sql(`update people set n = n + 1`)
    expect(good(await world.sync()).objects).toBe(2)
    expect(world.profiles()).toEqual({ ann: { n: '2' }, bob: { n: '3' } })
  })

  it.each([
    [201, success(undefined)],
    [200, success([])],
    [201, success(null)],
    [202, '{"message":"queued"}'],
  ])('Law 10: %d %s is understood', async (status, body) => {
    const world = await makeWorld({
      on: 'duckdb',
      data: [`create table people as select 'ann' as id`],
      syncs: { 'sql/audiences/vip.sql': 'select id as external_id from people' },
    })
    world.sandbox.faults.inject({ kind: 'status', status, body, applied: true })
    expect(good(await world.sync()).syncs[0]?.sent).toBe(1)
    expect(await world.ledger('select size from syncs')).toEqual([{ size: 1 }])
  })
})
