// The life of a project in BigQuery, as on the other databases: first load, edits, leavers, a new column, a refused person, a
// guard; and killed at the moments at which a ledger without transactions could be half settled.

import { describe, expect, it } from 'vitest'
import { hasBigquery } from '../support/bigquery.ts'
import { type ChildJob, startChild } from '../support/child.ts'
import { makeWorld, type World } from '../support/world.ts'
import { braze, good, leftTables, of } from './look.ts'

const PEOPLE = [
  'create table people (id string, spend int64, city string, mail string)',
  `insert into people (id, spend, city, mail) values ('ann', 900, 'Oslo', 'ann@example.com'), ('bob', 20, null, 'nonsense'), ('cid', 700, 'Rome', null)`,
]
const VIP = 'select id as external_id from people where spend > 500 # a comment of its own'
const CLUB = `/* ---\nmembership: list\n--- */\nselect id as external_id from people where spend > 100`
const FACTS = 'select id as external_id, spend, mail as email from people'

const SYNCS = {
  'sql/audiences/vip.sql': VIP,
  'sql/audiences/club.sql': CLUB,
  'sql/properties/facts.sql': FACTS,
}

describe.skipIf(!hasBigquery)('a life on bigquery', () => {
  it('sends the difference, keeps what is refused, holds what is too much', async () => {
    const world = await makeWorld({ on: 'bigquery', data: PEOPLE, syncs: SYNCS })
    const first = await world.sync()
    expect([first.error, first.exitCode, first.objects]).toEqual([null, 4, 3])
    expect(braze(world)).toEqual({
      ann: { vip: 'true', audiences: '["club"]', spend: '900', email: '"ann@example.com"' },
      bob: { spend: '20' },
      cid: { vip: 'true', audiences: '["club"]', spend: '700' },
    })
    const rejections = () => world.ledger('select k, attribute, attempts from rejections')
    expect(await rejections()).toEqual([{ k: 'bob', attribute: 'email', attempts: 1 }])

    await world.sql(
      `insert into people (id, spend, city, mail) values ('dee', 501, 'Bonn', null)`,
      `update people set spend = 5 where id = 'ann'`,
      `update people set mail = 'bob@example.com' where id = 'bob'`,
      `delete from people where id = 'cid'`,
    )
    await world.write('sql/properties/facts.sql', FACTS.replace('spend,', 'spend, city,'))
    const next = good(await world.sync())
    expect(of(next, 'vip')).toMatchObject({ rows: 1, added: 1, changed: 0, removed: 2, sent: 3 })
    expect(of(next, 'facts')).toMatchObject({ rows: 3, added: 1, changed: 2, removed: 0, sent: 3 })
    const then = {
      ann: { vip: 'false', audiences: '[]', spend: '5', city: '"Oslo"', email: '"ann@example.com"' },
      bob: { spend: '20', email: '"bob@example.com"' },
      cid: { vip: 'false', audiences: '[]', spend: '700' },
      dee: { vip: 'true', audiences: '["club"]', spend: '501', city: '"Bonn"' },
    }
    expect(braze(world)).toEqual(then)
    expect(await rejections()).toEqual([])
    expect(await world.ledger('select sync, k, op from history order by sync, k')).toEqual([
      { sync: 'club', k: 'ann', op: 'remove' },
      { sync: 'club', k: 'cid', op: 'remove' },
      { sync: 'club', k: 'dee', op: 'add' },
      { sync: 'facts', k: 'ann', op: 'change' },
      { sync: 'facts', k: 'bob', op: 'change' },
      { sync: 'facts', k: 'dee', op: 'add' },
      { sync: 'vip', k: 'ann', op: 'remove' },
      { sync: 'vip', k: 'cid', op: 'remove' },
      { sync: 'vip', k: 'dee', op: 'add' },
    ])

    await world.sql('delete from people where true')
    const held = await world.sync()
    expect([held.status, held.exitCode, held.requests]).toEqual(['held', 3, 0])
    expect(braze(world)).toEqual(then)
    expect((await leftTables(world)).filter((name) => !name.startsWith('delta_'))).toEqual([])
  })

  it('has its ledger in a DuckDB file beside it, if that is asked for', async () => {
    const world = await makeWorld({
      on: 'bigquery+duckdb',
      data: PEOPLE,
      syncs: { 'sql/properties/facts.sql': FACTS },
    })
    expect((await world.sync()).objects).toBe(3)
    await world.sql(`update people set spend = null where id = 'ann'`)
    expect((await world.sync()).exitCode).toBe(0)
    expect(braze(world)).toEqual({
      ann: { email: '"ann@example.com"' },
      bob: { spend: '20' },
      cid: { spend: '700' },
    })
  })
})

/** A process that was killed holds the lease until it runs out. */
const letExpire = (world: World) =>
  world.ledger(
    'update lease set expires_at = timestamp_add(current_timestamp(), interval -1 second) where true',
  )

const MOMENTS: readonly Omit<NonNullable<ChildJob['at']>, 'signal'>[] = [
  { stage: 'candidates' },
  { stage: 'outbox' },
  { stage: 'request' },
  // The next one recovers the first, and dies with history written and the snapshot not.
  { after: '`history` (project' },
  // The next one dies with a snapshot moved and nothing said of it.
  { after: 'merge `' },
  // Whom the first one left in doubt is sent again.
  { stage: 'settle' },
]

describe.skipIf(!hasBigquery)('law 5 on bigquery', () => {
  it('killed as it reads, packs, sends and settles, and twice more as somebody else settles in its place', async () => {
    const world = await makeWorld({
      on: 'bigquery',
      data: PEOPLE,
      syncs: { 'sql/properties/facts.sql': 'select id as external_id, city from people' },
      config: { guards: { max_removes: '100%' } },
    })
    good(await world.sync())
    await world.sql(
      `insert into people (id, spend, city, mail) values ('dee', 501, 'Bonn', null)`,
      `update people set city = 'Bari' where id in ('ann', 'bob')`,
    )
    for (const at of MOMENTS) {
      const end = await startChild({ directory: world.directory, at: { signal: 'SIGKILL', ...at } }).ended
      expect(end).toMatchObject({ code: null, signal: 'SIGKILL' })
      await letExpire(world)
    }
    // Changed back, so that no difference would be left to repair what the killed run did.
    await world.sql(`update people set city = 'Oslo' where id = 'ann'`)
    good(await world.sync())
    expect(braze(world)).toEqual({
      ann: { city: '"Oslo"' },
      bob: { city: '"Bari"' },
      cid: { city: '"Rome"' },
      dee: { city: '"Bonn"' },
    })
    const twice = 'select sync, k, run, count(*) as n from history group by sync, k, run having count(*) > 1'
    expect(await world.ledger(twice)).toEqual([])
    expect(await world.ledger('select count(*) as n from doubt')).toEqual([{ n: 0 }])
    expect(await leftTables(world)).toEqual([])
  })
})
