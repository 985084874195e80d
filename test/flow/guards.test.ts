// Guards: what holds a sync, what is said of it, and that the others go on.

import { describe, expect, it } from 'vitest'
import { makeWorld, type World, type WorldKind } from '../support/world.ts'
import { braze, good, KINDS, leftTables, of } from './look.ts'

const header = (yaml: string, sql: string) => `/* ---\n${yaml}\n--- */\n${sql}\n`

const CROWD = 200
const crowd = (on: WorldKind) => [
  'create table crowd (id varchar(20), n integer, city varchar(20))',
  `insert into crowd select 'u' || i, i, 'Oslo' from ${on === 'duckdb' ? `range(${CROWD})` : `generate_series(0, ${CROWD - 1})`} as t(i)`,
]
const ALL = 'select id as external_id from crowd'
const FACTS = 'select id as external_id, city, n from crowd'

async function loaded(on: WorldKind, syncs: Record<string, string>): Promise<World> {
  const world = await makeWorld({ on, data: crowd(on), syncs })
  good(await world.sync())
  return world
}

const countOf = (world: World, attribute: string, value: string) =>
  Object.values(braze(world)).filter((held) => held[attribute] === value).length

describe.each(KINDS)('guards on %s', (on) => {
  it('leavers: held with the numbers, nothing sent, while the other syncs go on', async () => {
    const world = await loaded(on, { 'sql/audiences/everyone.sql': ALL, 'sql/properties/facts.sql': FACTS })
    await world.sql(`delete from crowd where n < 41`, `update crowd set city = 'Rome' where n = 100`)
    const held = await world.sync()
    expect([held.exitCode, held.status, held.objects]).toEqual([3, 'held', 1])
    expect(of(held, 'everyone')).toMatchObject({
      status: 'held',
      removed: 41,
      sent: 0,
      heldBy: ['max_removes: 41 of 200 people (20.5 %, limit 20 %) would leave'],
      plan: expect.stringMatching(/^p-/),
    })
    expect(of(held, 'facts')).toMatchObject({ status: 'succeeded', sent: 1 })
    expect(countOf(world, 'everyone', 'true')).toBe(CROWD)
    expect(braze(world).u100).toEqual({ everyone: 'true', city: '"Rome"', n: '100' })
    expect(await world.ledger(`select size from syncs where sync = 'everyone'`)).toEqual([{ size: CROWD }])
    // One fewer leaves than the limit says.
    await world.sql(`insert into crowd values ('u0', 0, 'Oslo')`)
    expect(of(good(await world.sync()), 'everyone').removed).toBe(40)
    expect(countOf(world, 'everyone', 'false')).toBe(40)
  })

  it('a column that turns NULL is held like leavers are', async () => {
    const world = await loaded(on, { 'sql/properties/facts.sql': FACTS })
    await world.sql(`update crowd set city = null where n < 50`, `update crowd set n = n + 1000`)
    const held = await world.sync()
    expect([held.exitCode, held.requests]).toEqual([3, 0])
    expect(of(held, 'facts')).toMatchObject({
      removed: 0,
      changed: 200,
      heldBy: ['max_removes: city would be taken back from 50 of 200 people (25 %, limit 20 %)'],
    })
    good(await world.apply(of(held, 'facts').plan ?? ''))
    expect(countOf(world, 'city', '"Oslo"')).toBe(150)
  })

  it('a column that is dropped, an attribute that is renamed: held as well', async () => {
    const world = await loaded(on, {
      'sql/audiences/everyone.sql': ALL,
      'sql/properties/facts.sql': header('on_leave: unset', FACTS),
    })
    await world.write('sql/audiences/everyone.sql', header('attribute: folks', ALL))
    await world.write(
      'sql/properties/facts.sql',
      header('on_leave: unset', 'select id as external_id, n from crowd'),
    )
    const held = await world.sync()
    expect([held.exitCode, held.requests]).toEqual([3, 0])
    expect(held.syncs.flatMap((sync) => sync.heldBy)).toEqual([
      'max_removes: everyone would be taken back from 200 of 200 people (100 %, limit 20 %)',
      'max_removes: city would be taken back from 200 of 200 people (100 %, limit 20 %)',
    ])
  })

  it('removes of 24 hours are summed, against the size of then', async () => {
    const world = await loaded(on, { 'sql/audiences/everyone.sql': ALL })
    await world.ledger(`update run_syncs set ended_at = ended_at - interval '25 hours'`)
    await world.sql(`delete from crowd where n < 30`)
    good(await world.sync())
    await world.sql(`delete from crowd where n < 41`)
    const held = await world.sync()
    expect(of(held, 'everyone').heldBy).toEqual([
      'max_removes: 11 of 200 people, 30 more within 24 hours (20.5 %, limit 20 %) would leave',
    ])
    await world.ledger(`update run_syncs set ended_at = ended_at - interval '25 hours'`)
    expect(of(good(await world.sync()), 'everyone').removed).toBe(11)
    expect(countOf(world, 'everyone', 'false')).toBe(41)
  })

  it('an absolute limit, an empty result, too few rows, too many changes', async () => {
    const world = await loaded(on, {
      'sql/audiences/few.sql': header(
        'guards: { max_removes: 2 }',
        'select id as external_id from crowd where n < 10',
      ),
      'sql/audiences/empty.sql': 'select id as external_id from crowd where n between 10 and 11',
      'sql/audiences/floor.sql': header(
        'guards: { min_rows: 50, max_removes: 100% }',
        ALL.replace('crowd', 'crowd where n > 100'),
      ),
      'sql/properties/facts.sql': header(
        'guards: { max_changes: 10% }',
        'select id as external_id, n from crowd',
      ),
    })
    await world.sql(
      'update crowd set n = 300 where n between 8 and 11 or n between 141 and 160',
      'delete from crowd where n in (7, 200) or n > 160 and n < 300',
    )
    await world.sql('update crowd set n = n + 300 where n between 101 and 140')
    await world.sql('update crowd set n = 20 where n > 300')
    const held = await world.sync()
    expect([held.exitCode, held.status, held.requests]).toEqual([3, 'held', 0])
    expect(Object.fromEntries(held.syncs.map(({ name, heldBy }) => [name, heldBy]))).toEqual({
      few: ['max_removes: 3 people (limit 2) would leave'],
      empty: ['min_rows: the query returned 0 rows, at least 1 expected'],
      floor: ['min_rows: the query returned 24 rows, at least 50 expected'],
      facts: ['max_changes: values would change for 64 of 200 people (32 %, limit 10 %)'],
    })
    // An empty audience that a person lets through.
    good(await world.apply(of(held, 'empty').plan ?? ''))
    expect(countOf(world, 'empty', 'false')).toBe(2)
  })

  it('a first load that is empty is held as well, and harmless to let through', async () => {
    const world = await makeWorld({
      on,
      data: crowd(on),
      syncs: { 'sql/audiences/nobody.sql': `${ALL} where n > 1000` },
    })
    const held = await world.sync()
    expect([held.exitCode, of(held, 'nobody').heldBy.length]).toEqual([3, 1])
    good(await world.apply(of(held, 'nobody').plan ?? ''))
    expect(braze(world)).toEqual({})
  })

  it('held again for the same reason is one hold with one since; the newest three plans keep their rows', async () => {
    const world = await loaded(on, { 'sql/audiences/everyone.sql': ALL })
    await world.sql(`delete from crowd where n < 100`)
    const plans: string[] = []
    for (let round = 0; round < 5; round += 1) {
      plans.push(of(await world.sync(), 'everyone').plan ?? '')
      await world.sql(`delete from crowd where n = ${100 + round}`)
    }
    const holds = await world.ledger(
      `select count(*) as runs, count(distinct held_since) as holds from run_syncs where status = 'held'`,
    )
    expect(holds).toEqual([{ runs: 5, holds: 1 }])
    expect(plans).toEqual(plans.toSorted())
    const kept = await world.ledger(
      `select plan, status from plans where command = 'sync' and status in ('open', 'replaced') order by plan`,
    )
    expect(kept).toEqual(plans.map((plan, i) => ({ plan, status: i < 2 ? 'replaced' : 'open' })))
    expect(await leftTables(world)).toHaveLength(3)
    const [oldest = '', , , , newest = ''] = plans
    expect((await world.apply(oldest)).error?.message).toContain('newer plans have replaced it')
    // Another reason is another hold.
    await world.sql('delete from crowd')
    await world.sync()
    expect(
      await world.ledger(`select count(distinct held_since) as holds from run_syncs where status = 'held'`),
    ).toEqual([{ holds: 2 }])
    good(await world.apply(newest))
    expect(countOf(world, 'everyone', 'false')).toBe(104)
  })
})
