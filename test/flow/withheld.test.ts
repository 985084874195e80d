// What Braze would drop without a word, and rows without a good key, never leave: they are listed with their reason, are no
// leavers, and are sent once they are fixed.

import { describe, expect, it } from 'vitest'
import { makeWorld } from '../support/world.ts'
import { braze, good, KINDS, of } from './look.ts'

const header = (yaml: string, sql: string) => `/* ---\n${yaml}\n--- */\n${sql}\n`

const REJECTIONS = `select sync, k, attribute, source, reason, attempts from rejections order by sync, k, reason`

describe.each(KINDS)('withheld on %s', (on) => {
  const yearZero =
    on === 'duckdb' ? `timestamp '0001-01-01 (BC) 00:00:00'` : `timestamp '0001-01-01 00:00:00 BC'`
  const manyTags =
    on === 'duckdb'
      ? `(select list('t' || i) from range(501) as r(i))`
      : `(select array_agg('t' || i) from generate_series(1, 501) as r(i))`
  const DATA = [
    'create table people (id varchar(2000), note varchar(2000), score double precision, tags varchar(10)[], seen timestamp)',
    `insert into people select id, 'fine', 1.5, array['t'], timestamp '2026-01-01 00:00:00' from (values ('long'), ('nan'), ('inf'), ('many'), ('old'), ('hole'), ('good')) as v(id)`,
  ]
  const BREAK = [
    `update people set note = repeat('x', 256) where id = 'long'`,
    `update people set score = cast('NaN' as double precision) where id = 'nan'`,
    `update people set score = cast('infinity' as double precision) where id = 'inf'`,
    `update people set tags = ${manyTags} where id = 'many'`,
    `update people set seen = ${yearZero} where id = 'old'`,
    `update people set tags = array['t', null] where id = 'hole'`,
    `update people set note = 'better' where id = 'good'`,
    `insert into people values (repeat('k', 988), 'id', 2, null, null)`,
  ]
  const SYNCS = {
    'sql/properties/facts.sql': header(
      'on_leave: unset',
      'select id as external_id, note, score, tags, seen from people',
    ),
    'sql/audiences/everyone.sql': 'select id as external_id from people where length(id) < 100',
  }

  it('bad values: listed, not sent, not removed, sent once they are good', async () => {
    const world = await makeWorld({ on, data: DATA, syncs: SYNCS })
    good(await world.sync())
    const whole = {
      everyone: 'true',
      note: '"fine"',
      score: '1.5',
      tags: '["t"]',
      seen: '"2026-01-01T00:00:00.000Z"',
    }
    const before = Object.fromEntries(
      ['long', 'nan', 'inf', 'many', 'old', 'hole', 'good'].map((id) => [id, whole]),
    )
    expect(braze(world)).toEqual(before)

    await world.sql(...BREAK)
    const broken = await world.sync()
    expect([broken.exitCode, broken.status, broken.objects]).toEqual([4, 'succeeded', 1])
    expect(of(broken, 'facts')).toMatchObject({
      status: 'rejected',
      rejected: 7,
      changed: 1,
      removed: 0,
      rows: 8,
    })
    expect(braze(world)).toEqual({ ...before, good: { ...whole, note: '"better"' } })
    const listed = await world.ledger(REJECTIONS)
    expect(listed.map(({ k, reason, source }) => [String(k).slice(0, 4), reason, source])).toEqual([
      ['hole', 'tags: a null inside', 'brazier'],
      ['inf', 'score: not a finite number', 'brazier'],
      ['kkkk', 'external_id: over 987 bytes', 'brazier'],
      ['long', 'note: over 255 characters', 'brazier'],
      ['many', 'tags: more than 500 elements', 'brazier'],
      ['nan', 'score: not a finite number', 'brazier'],
      ['old', 'seen: outside the years 1 to 3000', 'brazier'],
    ])

    // The same again: nothing new, so no alarm; still listed.
    const again = await world.sync()
    expect([again.exitCode, again.requests, of(again, 'facts').rejected]).toEqual([0, 0, 7])
    expect(
      (await world.ledger('select min(attempts) as low, max(attempts) as high from rejections'))[0],
    ).toEqual({ low: 2, high: 2 })

    await world.sql(
      `update people set note = 'good', score = 1, tags = null, seen = null`,
      `delete from people where note = 'id' or length(id) > 100`,
    )
    good(await world.sync())
    expect(await world.ledger(REJECTIONS)).toEqual([])
    expect(Object.keys(braze(world)).toSorted()).toEqual([
      'good',
      'hole',
      'inf',
      'long',
      'many',
      'nan',
      'old',
    ])
    for (const held of Object.values(braze(world)))
      expect(held).toEqual({ everyone: 'true', note: '"good"', score: '1.0' })
  })

  it('bad keys fail the sync: null, blank and duplicate, with numbers', async () => {
    const world = await makeWorld({
      on,
      data: [
        'create table people (id varchar(20), note varchar(20))',
        `insert into people values ('ann', 'a'), ('ann', 'b'), (null, 'c'), ('', 'd'), ('  ', 'e'), ('bob', 'f')`,
      ],
      syncs: {
        'sql/properties/facts.sql': 'select id as external_id, note from people',
        'sql/audiences/bobs.sql': `select id as external_id from people where id = 'bob'`,
      },
    })
    const report = await world.sync()
    expect([report.exitCode, report.status]).toEqual([1, 'partial'])
    expect(of(report, 'facts').error).toBe(
      'sql/properties/facts.sql: 1 of 6 rows has a null key, 2 have a blank key, 1 key stands on more than one row',
    )
    expect(braze(world)).toEqual({ bob: { bobs: 'true' } })
  })

  it('bad_keys: withhold leaves those rows out, and nobody of them leaves', async () => {
    const world = await makeWorld({
      on,
      data: [
        'create table people (id varchar(20), note varchar(20))',
        `insert into people values ('ann', 'a'), ('bob', 'b'), ('cid', 'c')`,
      ],
      syncs: {
        'sql/properties/facts.sql': header(
          'bad_keys: withhold\non_leave: unset',
          'select id as external_id, note from people',
        ),
        'sql/audiences/all_of_us.sql': header('bad_keys: withhold', 'select id as external_id from people'),
      },
    })
    good(await world.sync())
    await world.sql(
      `insert into people values ('ann', 'twice'), (null, 'x'), (null, 'y'), (' ', 'z')`,
      `update people set note = 'changed' where id = 'bob'`,
      `delete from people where id = 'cid'`,
    )
    const report = await world.sync()
    expect([report.exitCode, report.status]).toEqual([4, 'succeeded'])
    expect(of(report, 'facts')).toMatchObject({
      status: 'rejected',
      rows: 6,
      changed: 1,
      removed: 1,
      unchanged: 0,
      rejected: 4,
    })
    expect(braze(world)).toEqual({
      ann: { all_of_us: 'true', note: '"a"' },
      bob: { all_of_us: 'true', note: '"changed"' },
      cid: { all_of_us: 'false' },
    })
    expect((await world.ledger(REJECTIONS)).filter(({ sync }) => sync === 'facts')).toEqual([
      { sync: 'facts', k: '', attribute: '', source: 'brazier', reason: '3 rows without a key', attempts: 1 },
      { sync: 'facts', k: 'ann', attribute: '', source: 'brazier', reason: 'duplicate key', attempts: 1 },
    ])
    await world.sql(`delete from people where id is null or id = ' ' or note = 'a'`)
    good(await world.sync())
    expect(braze(world).ann).toEqual({ all_of_us: 'true', note: '"twice"' })
    expect(await world.ledger(REJECTIONS)).toEqual([])
  })

  it('an erased person is never sent, and is no leaver', async () => {
    const world = await makeWorld({
      on,
      data: [
        'create table people (id varchar(20), note varchar(20))',
        `insert into people values ('ann', 'a'), ('bob', 'b')`,
      ],
      syncs: {
        'sql/properties/facts.sql': header('on_leave: unset', 'select id as external_id, note from people'),
      },
    })
    good(await world.sync())
    await world.ledger(
      `insert into tombstones (project, workspace, identity, k_mark, since) values ('shop', 'production', 'external_id', md5('ann'), current_timestamp)`,
    )
    await world.sql(`update people set note = 'new'`)
    expect(good(await world.sync()).objects).toBe(1)
    await world.sql(`delete from people where id = 'ann'`)
    expect(good(await world.sync()).objects).toBe(0)
    expect(braze(world)).toEqual({ ann: { note: '"a"' }, bob: { note: '"new"' } })
  })
})
