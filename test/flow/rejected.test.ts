// People whom Braze refuses: as a whole, or one of their columns; tried again, parked, and free again when the value changes.

import { describe, expect, it } from 'vitest'
import { makeWorld, type World } from '../support/world.ts'
import { braze, good, KINDS, leftTables, of } from './look.ts'

const header = (yaml: string, sql: string) => `/* ---\n${yaml}\n--- */\n${sql}\n`

const PEOPLE = [
  'create table people (id varchar(20), mail varchar(50), n integer)',
  `insert into people values ('ann', 'ann@example.com', 1), ('bob', 'nonsense', 2), ('cid', null, 3)`,
]
const FACTS = 'select id as external_id, mail as email, n from people'

const rejections = (world: World) =>
  world.ledger(
    'select sync, k, attribute, source, attempts, parked from rejections order by sync, k, attribute',
  )
const bobsMail = (attempts: number, parked = false) => [
  { sync: 'facts', k: 'bob', attribute: 'email', source: 'braze', attempts, parked },
]

describe.each(KINDS)('rejected on %s', (on) => {
  it('a bad e-mail keeps only itself back; tried again, parked, and free when it changes', async () => {
    const world = await makeWorld({
      on,
      data: PEOPLE,
      syncs: { 'sql/properties/facts.sql': header('max_attempts: 3', FACTS) },
    })
    const first = await world.sync()
    expect([first.exitCode, first.status]).toEqual([4, 'succeeded'])
    expect(of(first, 'facts')).toMatchObject({
      status: 'rejected',
      sent: 3,
      rejected: 1,
      unknown: 0,
      accepted: { added: 3, changed: 0 },
    })
    expect(braze(world)).toEqual({
      ann: { email: '"ann@example.com"', n: '1' },
      bob: { n: '2' },
      cid: { n: '3' },
    })
    expect(await rejections(world)).toEqual(bobsMail(1))
    expect(await world.ledger('select reason from rejections')).toEqual([
      { reason: expect.not.stringContaining('nonsense') },
    ])

    const second = await world.sync()
    expect([second.exitCode, second.objects, of(second, 'facts').status]).toEqual([0, 1, 'rejected'])
    await world.sync()
    expect(await rejections(world)).toEqual(bobsMail(3, true))

    // Parked: not tried any more, and the other columns go on.
    expect((await world.sync()).requests).toBe(0)
    await world.sql(`update people set n = 20 where id = 'bob'`)
    expect(of(good(await world.sync()), 'facts')).toMatchObject({ changed: 1, sent: 1 })
    expect(braze(world).bob).toEqual({ n: '20' })
    expect(await rejections(world)).toEqual(bobsMail(3, true))

    // Another bad value is a new rejection.
    await world.sql(`update people set mail = 'worse' where id = 'bob'`)
    expect((await world.sync()).exitCode).toBe(4)
    expect(await rejections(world)).toEqual(bobsMail(1))
    await world.sql(`update people set mail = 'bob@example.com' where id = 'bob'`)
    good(await world.sync())
    expect(braze(world).bob).toEqual({ email: '"bob@example.com"', n: '20' })
    expect(await rejections(world)).toEqual([])
    expect((await world.sync()).requests).toBe(0)
    expect(await leftTables(world)).toEqual([])
  })

  it('a value that goes back to what Braze holds is rejected no more', async () => {
    const world = await makeWorld({
      on,
      data: PEOPLE,
      syncs: { 'sql/properties/facts.sql': header('max_attempts: 2', FACTS) },
    })
    await world.sql(`update people set mail = 'bob@example.com' where id = 'bob'`)
    good(await world.sync())
    await world.sql(`update people set mail = 'nonsense' where id = 'bob'`)
    await world.sync()
    expect(await rejections(world)).toEqual(bobsMail(1))
    await world.sql(`update people set mail = 'bob@example.com' where id = 'bob'`)
    expect(good(await world.sync()).requests).toBe(0)
    expect(await rejections(world)).toEqual([])
    // The same when it was parked.
    await world.sql(`update people set mail = 'nonsense' where id = 'bob'`)
    await world.sync()
    await world.sync()
    expect(await rejections(world)).toEqual(bobsMail(2, true))
    await world.sql(`update people set mail = 'bob@example.com' where id = 'bob'`)
    expect(good(await world.sync()).requests).toBe(0)
    expect(await rejections(world)).toEqual([])
  })

  it('nobody is created by what a sync that creates nobody sets, or by what is taken back, once the rest is refused', async () => {
    const world = await makeWorld({
      on,
      data: [
        'create table people (id varchar(20), mail varchar(50), phone varchar(20), n integer)',
        `insert into people values ('ann', 'ann@example.com', null, 1), ('bob', 'nonsense', null, 2), ('dee', 'dee@example.com', 'odd', 3)`,
      ],
      syncs: {
        'sql/properties/mails.sql': 'select id as external_id, mail as email, phone from people',
        'sql/properties/facts.sql': header('create_users: false', 'select id as external_id, n from people'),
      },
    })
    world.sandbox.faults.inject({ kind: 'refuse', object: { attribute: 'phone', equals: 'odd' } })
    const first = await world.sync()
    expect([first.exitCode, of(first, 'mails').rejected, of(first, 'facts').sent]).toEqual([4, 2, 3])
    const ann = { email: '"ann@example.com"', n: '1' }
    // Of dee the address went first, so that n found somebody.
    const dee = { email: '"dee@example.com"', n: '3' }
    expect(braze(world)).toEqual({ ann, dee })
    await world.sql(`update people set n = null where id = 'bob'`)
    await world.sync()
    expect(braze(world)).toEqual({ ann, dee })
    // What was refused is tried again with all its rights.
    await world.sql(`update people set mail = 'bob@example.com', n = 4 where id = 'bob'`)
    await world.sync()
    expect(braze(world)).toEqual({ ann, dee, bob: { email: '"bob@example.com"', n: '4' } })
  })

  it('a blocked person is refused as a whole, in every sync, and never counts as settled', async () => {
    const world = await makeWorld({
      on,
      data: PEOPLE,
      syncs: {
        'sql/properties/facts.sql': header('max_attempts: 2', 'select id as external_id, n from people'),
        'sql/audiences/all_of_us.sql': header('max_attempts: 2', 'select id as external_id from people'),
      },
      sandbox: { blockedIds: ['bob'] },
    })
    const first = await world.sync()
    expect(first.exitCode).toBe(4)
    expect(first.syncs.map(({ sent, rejected }) => ({ sent, rejected }))).toEqual([
      { sent: 2, rejected: 1 },
      { sent: 2, rejected: 1 },
    ])
    expect(braze(world)).toEqual({ ann: { n: '1', all_of_us: 'true' }, cid: { n: '3', all_of_us: 'true' } })
    expect(await world.ledger('select size from syncs')).toEqual([{ size: 2 }, { size: 2 }])
    const second = await world.sync()
    expect([second.exitCode, second.objects]).toEqual([0, 1])
    expect(
      (await rejections(world)).map(({ sync, k, attempts, parked }) => ({ sync, k, attempts, parked })),
    ).toEqual([
      { sync: 'all_of_us', k: 'bob', attempts: 2, parked: true },
      { sync: 'facts', k: 'bob', attempts: 2, parked: true },
    ])
    expect((await world.sync()).requests).toBe(0)
    // A new value is tried again, the membership is not.
    await world.sql(`update people set n = 9 where id = 'bob'`)
    const third = await world.sync()
    expect([third.exitCode, of(third, 'facts').rejected, of(third, 'all_of_us').rejected]).toEqual([4, 1, 0])
    // Whoever is parked is no leaver, and who leaves was never in.
    await world.sql(`delete from people where id = 'bob'`)
    expect((await world.sync()).requests).toBe(0)
  })

  it('a leaver whom Braze refuses stays in the snapshot, and is parked as well', async () => {
    const world = await makeWorld({
      on,
      data: PEOPLE,
      syncs: {
        'sql/audiences/all_of_us.sql': header('max_attempts: 2', 'select id as external_id from people'),
      },
    })
    good(await world.sync())
    const fault = world.sandbox.faults.inject({ kind: 'refuse', object: { external_id: 'bob' } })
    await world.sql(`delete from people where id = 'bob'`)
    expect((await world.sync()).exitCode).toBe(4)
    expect(await world.ledger('select size from syncs')).toEqual([{ size: 3 }])
    expect((await world.sync()).exitCode).toBe(0)
    expect((await world.sync()).requests).toBe(0)
    fault.remove()
    // It comes back and leaves again: what is sent differs, then is the same, and is tried.
    expect(good(await world.resync(['all_of_us'])).objects).toBe(2)
    expect(braze(world).bob).toEqual({ all_of_us: 'true' })
    await world.sql(`insert into people values ('bob', null, 1)`)
    good(await world.sync())
    await world.sql(`delete from people where id = 'bob'`)
    good(await world.sync())
    expect(braze(world).bob).toEqual({ all_of_us: 'false' })
    expect(await rejections(world)).toEqual([])
  })

  it('a refused column of one sync keeps nobody in doubt in another', async () => {
    const world = await makeWorld({
      on,
      data: PEOPLE,
      syncs: {
        'sql/properties/facts.sql': FACTS,
        'sql/audiences/all_of_us.sql': 'select id as external_id from people',
      },
    })
    await world.sync()
    const again = await world.resync(['all_of_us', 'facts'])
    expect([again.exitCode, again.objects]).toEqual([0, 3])
    expect(await world.ledger('select sync, k from doubt order by sync, k')).toEqual([
      { sync: 'facts', k: 'bob' },
    ])
    const next = await world.sync()
    expect([next.objects, of(next, 'all_of_us').sent, of(next, 'facts').sent]).toEqual([1, 0, 1])
  })

  it('a bad value in a list or a first load of many: only the guilty stay behind', async () => {
    const world = await makeWorld({
      on,
      data: [
        'create table people (id varchar(20), mail varchar(50), n integer)',
        `insert into people select 'u' || i, case when i % 50 = 7 then 'bad' else 'u' || i || '@example.com' end, i from ${on === 'duckdb' ? 'range(400)' : 'generate_series(0, 399)'} as t(i)`,
      ],
      syncs: {
        'sql/properties/facts.sql': FACTS,
        'sql/audiences/odd.sql': header(
          'membership: list',
          'select id as external_id from people where n % 2 = 1',
        ),
      },
    })
    const report = await world.sync()
    expect([report.exitCode, of(report, 'facts').rejected, of(report, 'odd').rejected]).toEqual([4, 8, 0])
    const held = braze(world)
    expect(Object.values(held).filter(({ n }) => n !== undefined)).toHaveLength(400)
    expect(Object.values(held).filter(({ email }) => email === undefined)).toHaveLength(8)
    expect(Object.values(held).filter(({ audiences }) => audiences === '["odd"]')).toHaveLength(200)
  })
})
