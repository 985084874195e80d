// Files come and go: renamed with `was:`, gone, retired; and definitions that cannot run beside each other.

import { describe, expect, it } from 'vitest'
import { makeWorld } from '../support/world.ts'
import { braze, good, KINDS, leftTables, of, sentSince } from './look.ts'

const PEOPLE = [
  'create table people (id varchar(300), spend integer, city varchar(300))',
  `insert into people values ('ann', 900, 'Oslo'), ('bob', 20, 'Bonn')`,
]
const VIP = 'select id as external_id from people where spend > 500'
const FACTS = 'select id as external_id, spend, city from people'

const header = (yaml: string, sql: string) => `/* ---\n${yaml}\n--- */\n${sql}\n`

describe.each(KINDS)('files on %s', (on) => {
  it('renamed with was: the snapshot is taken over; a list element gets the new name', async () => {
    const world = await makeWorld({
      on,
      data: PEOPLE,
      syncs: {
        'sql/audiences/vip.sql': header('attribute: vip', VIP),
        'sql/audiences/rich.sql': header('membership: list', VIP),
        'sql/properties/facts.sql': FACTS,
      },
      sandbox: { keepBodies: true },
    })
    good(await world.sync())
    for (const name of ['audiences/vip', 'audiences/rich', 'properties/facts'])
      await world.remove(`sql/${name}.sql`)
    await world.write('sql/audiences/gold.sql', header('attribute: vip\nwas: vip', VIP))
    await world.write('sql/audiences/wealthy.sql', header('membership: list\nwas: rich', VIP))
    await world.write('sql/properties/numbers.sql', header('was: facts', FACTS))
    const renamed = good(await world.sync())
    expect(['gold', 'wealthy', 'numbers'].map((name) => of(renamed, name).sent)).toEqual([0, 1, 0])
    expect(of(renamed, 'numbers')).toMatchObject({ rows: 2, added: 0, changed: 0, unchanged: 2 })
    expect(sentSince(world, 1)).toEqual([
      { external_id: 'ann', _update_existing_only: false, audiences: { add: ['wealthy'], remove: ['rich'] } },
    ])
    expect(braze(world)).toEqual({
      ann: { vip: 'true', audiences: '["wealthy"]', spend: '900', city: '"Oslo"' },
      bob: { spend: '20', city: '"Bonn"' },
    })
    expect(await world.ledger('select sync, size from syncs order by sync')).toEqual([
      { sync: 'gold', size: 1 },
      { sync: 'numbers', size: 2 },
      { sync: 'wealthy', size: 1 },
    ])
    await world.sql(`update people set spend = 920 - spend`)
    await world.sql(`insert into people values ('cid', 900, null)`)
    await world.sql(`update people set spend = 0 where id = 'ann'`)
    good(await world.sync())
    expect(braze(world)).toMatchObject({
      ann: { vip: 'false', audiences: '[]', spend: '0' },
      bob: { vip: 'true' },
    })
    expect((await world.sync()).requests).toBe(0)
    expect(await leftTables(world)).toEqual([])
  })

  it('renamed after runs in which the new name could not run yet', async () => {
    const world = await makeWorld({ on, data: PEOPLE, syncs: { 'sql/audiences/vip.sql': VIP } })
    good(await world.sync())
    await world.write(
      'sql/audiences/gold.sql',
      header('attribute: gold', 'select nothing as external_id from people'),
    )
    expect((await world.sync()).exitCode).toBe(1)
    await world.remove('sql/audiences/vip.sql')
    await world.write('sql/audiences/gold.sql', header('attribute: vip\nwas: vip', VIP))
    good(await world.sync())
    expect(braze(world)).toEqual({ ann: { vip: 'true' } })
    expect(world.sandbox.meter.requests).toBe(1)
  })

  it('gone: the orphan is left alone, and its attribute is not to be had without was', async () => {
    const world = await makeWorld({
      on,
      data: PEOPLE,
      syncs: { 'sql/audiences/vip.sql': VIP, 'sql/properties/facts.sql': FACTS },
    })
    good(await world.sync())
    await world.remove('sql/audiences/vip.sql')
    await world.sql(`update people set spend = 901 - spend`)
    good(await world.sync())
    expect(braze(world).ann).toEqual({ vip: 'true', spend: '1', city: '"Oslo"' })
    expect((await world.plan()).orphans).toEqual([{ name: 'vip', size: 1 }])

    await world.write('sql/audiences/gold.sql', header('attribute: vip', VIP))
    const claimed = await world.sync()
    expect([claimed.exitCode, claimed.status]).toEqual([1, 'partial'])
    expect(of(claimed, 'gold').error).toBe(
      'sql/audiences/gold.sql: the attribute vip still belongs to vip, whose file is gone',
    )
    expect(of(claimed, 'facts').status).toBe('succeeded')

    // The old file under its old name goes on where it was.
    await world.remove('sql/audiences/gold.sql')
    await world.write('sql/audiences/vip.sql', VIP)
    good(await world.sync())
    expect(braze(world)).toMatchObject({ ann: { vip: 'false' }, bob: { vip: 'true', spend: '881' } })
  })

  it('retired: with and without its file, everything is taken back, then forgotten', async () => {
    const world = await makeWorld({
      on,
      data: PEOPLE,
      syncs: {
        'sql/audiences/vip.sql': VIP,
        'sql/audiences/rich.sql': header('membership: list\non_leave: keep', VIP),
        'sql/properties/facts.sql': FACTS,
        'sql/properties/rest.sql': 'select id as external_id, 1 as one from people',
      },
    })
    good(await world.sync())
    await world.remove('sql/properties/facts.sql')
    const facts = good(await world.retire('facts'))
    expect([facts.objects, of(facts, 'facts').removed, of(facts, 'facts').kind]).toEqual([2, 2, 'properties'])
    await world.remove('sql/audiences/rich.sql')
    good(await world.retire('rich'))
    good(await world.retire('vip'))
    expect(braze(world)).toEqual({ ann: { vip: 'false', audiences: '[]', one: '1' }, bob: { one: '1' } })
    expect(await world.ledger('select sync from syncs')).toEqual([{ sync: 'rest' }])
    expect(
      await world.ledger(
        `select table_name from information_schema.tables where table_name like 'snapshot%'`,
      ),
    ).toHaveLength(1)
    expect(await leftTables(world)).toEqual([])
    const runs = 'select count(*) as n from runs'
    const before = await world.ledger(runs)
    await expect(world.retire('facts')).rejects.toThrow('the ledger knows no sync facts')
    await expect(world.retire('resst')).rejects.toMatchObject({ exitCode: 2, hint: 'Did you mean rest?' })
    expect(await world.ledger(runs)).toEqual(before)
    // vip has its file still: the next sync loads it anew, and is not held by the removes of its former life.
    good(await world.sync())
    expect(braze(world).ann).toEqual({ vip: 'true', audiences: '[]', one: '1' })
  })

  it('retired, but what a living sync writes too stays', async () => {
    const world = await makeWorld({
      on,
      data: PEOPLE,
      syncs: {
        'sql/properties/old.sql': 'select id as external_id, spend, city from people',
        'sql/properties/new.sql': 'select id as external_id, 1 as one from people',
      },
    })
    good(await world.sync())
    await world.remove('sql/properties/old.sql')
    await world.write('sql/audiences/flag.sql', header('attribute: city', VIP))
    good(await world.retire('old'))
    expect(braze(world)).toEqual({ ann: { city: '"Oslo"', one: '1' }, bob: { city: '"Bonn"', one: '1' } })
    good(await world.sync())
    expect(braze(world).ann).toEqual({ city: 'true', one: '1' })
  })

  it('two syncs whose columns meet fail, both; the others go on', async () => {
    const world = await makeWorld({
      on,
      data: PEOPLE,
      syncs: {
        'sql/audiences/vip.sql': VIP,
        'sql/properties/a.sql': 'select id as external_id, spend, city from people',
        'sql/properties/b.sql': header(
          'prefix: ci',
          'select id as external_id, city as ty, spend as ne from people',
        ),
      },
    })
    const report = await world.sync()
    expect([report.exitCode, report.status, report.objects]).toEqual([1, 'partial', 1])
    expect(report.syncs.map(({ name, status, error }) => ({ name, status, error }))).toEqual([
      {
        name: 'a',
        status: 'failed',
        error: 'sql/properties/a.sql: the attribute city is written by sql/properties/b.sql too',
      },
      {
        name: 'b',
        status: 'failed',
        error: 'sql/properties/b.sql: the attribute city is written by sql/properties/a.sql too',
      },
      { name: 'vip', status: 'succeeded', error: null },
    ])
    expect(braze(world)).toEqual({ ann: { vip: 'true' } })
  })

  it('an error in the SQL fails that sync only, and says where', async () => {
    const world = await makeWorld({
      on,
      data: [...PEOPLE, `insert into people values ('cid', 0, null)`],
      syncs: {
        'sql/audiences/vip.sql': VIP,
        'sql/audiences/typo.sql': header(
          'tags: [x]',
          'select id as external_id\nfrom people\nwhere spent > 500',
        ),
        'sql/properties/late.sql': `select id as external_id, cast(city as integer) as number from people`,
      },
    })
    const report = await world.sync()
    expect([report.exitCode, report.status]).toEqual([1, 'partial'])
    expect(of(report, 'typo')).toMatchObject({ status: 'failed', error: expect.stringContaining('spent') })
    expect(of(report, 'typo').error).toContain('sql/audiences/typo.sql:6')
    expect(of(report, 'late')).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('sql/properties/late.sql'),
    })
    expect(of(report, 'late').error).not.toContain('Oslo')
    expect(braze(world)).toEqual({ ann: { vip: 'true' } })
    expect(await leftTables(world)).toEqual([])
    const all = await world.sync(['typo', 'late'])
    expect([all.exitCode, all.status]).toEqual([1, 'failed'])
  })
})
