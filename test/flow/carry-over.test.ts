// Where the definition changes and cannot simply be carried over: people in doubt, another name, another kind of attribute.

import { expect, it } from 'vitest'
import { checkSyncs } from '../../src/run/check-syncs.ts'
import { makeWorld } from '../support/world.ts'
import { braze, good, leftTables } from './look.ts'

const header = (yaml: string, sql: string) => `/* ---\n${yaml}\n--- */\n${sql}\n`
const PEOPLE = [
  'create table people (id text, mail text, city text, n int)',
  `insert into people values ('ann', 'ann@x.org', 'Oslo', 1), ('bob', 'bob@x.org', 'Rome', 2)`,
]
const GUARDS = { guards: { max_removes: '100%', min_rows: 0 } }

it('a column that moved to another file belongs to that one alone, also of people in doubt', async () => {
  const facts = (columns: string) => `select id as external_id, ${columns} from people`
  const world = await makeWorld({
    on: 'duckdb',
    data: PEOPLE,
    config: GUARDS,
    syncs: { 'sql/properties/facts.sql': header('on_leave: unset', facts('city, n')) },
  })
  world.sandbox.faults.inject({ kind: 'garbage', times: 'always' })
  expect((await world.sync()).syncs[0]).toMatchObject({ unknown: 2, sent: 0 })
  world.sandbox.faults.clear()
  await world.write('sql/properties/facts.sql', header('on_leave: unset', facts('n')))
  await world.write('sql/properties/places.sql', facts('city'))
  good(await world.sync())
  expect(braze(world)).toEqual({ ann: { city: '"Oslo"', n: '1' }, bob: { city: '"Rome"', n: '2' } })
  expect(good(await world.sync()).requests).toBe(0)
})

it.each(['duckdb', 'postgres'] as const)(
  'attributes that two files exchange are taken back from those whom their new file does not write, on %s',
  async (on) => {
    const audience = (attribute: string, people: string) =>
      header(`attribute: ${attribute}`, `select id as external_id from people where id in (${people})`)
    const world = await makeWorld({
      on,
      data: ['create table people (id text)', "insert into people values ('ann'), ('bob'), ('eve'), ('new')"],
      config: GUARDS,
      syncs: {
        'sql/audiences/a.sql': audience('x', "'ann', 'bob'"),
        'sql/audiences/b.sql': audience('y', "'bob', 'eve'"),
      },
    })
    good(await world.sync())
    await world.write('sql/audiences/a.sql', audience('y', "'ann', 'bob', 'new'"))
    await world.write('sql/audiences/b.sql', audience('x', "'bob', 'eve', 'new'"))
    const exchanged = {
      ann: { x: 'false', y: 'true' },
      bob: { x: 'true', y: 'true' },
      eve: { x: 'true', y: 'false' },
      new: { x: 'true', y: 'true' },
    }
    expect(good(await world.sync()).objects).toBe(4)
    expect(braze(world)).toEqual(exchanged)
    expect(good(await world.sync()).requests).toBe(0)
    // Once more, now that each one's snapshot knows the other's people; and one of them leaves at the same time.
    await world.write('sql/audiences/a.sql', audience('x', "'ann', 'bob', 'new'"))
    await world.write('sql/audiences/b.sql', audience('y', "'bob', 'eve'"))
    good(await world.sync())
    expect(braze(world)).toEqual({
      ann: { x: 'true', y: 'false' },
      bob: { x: 'true', y: 'true' },
      eve: { x: 'false', y: 'true' },
      new: { x: 'true', y: 'false' },
    })
    expect(good(await world.sync()).requests).toBe(0)
    expect(await leftTables(world)).toEqual([])
  },
)

it.each(['duckdb', 'postgres'] as const)(
  'what is no longer written and kept in Braze is remembered, and taken back by retire, on %s',
  async (on) => {
    const facts = (columns: string) => `select id as external_id, ${columns} from people`
    const world = await makeWorld({
      on,
      data: PEOPLE,
      config: GUARDS,
      syncs: { 'sql/properties/facts.sql': facts('city, n') },
    })
    good(await world.sync())
    await world.write('sql/properties/facts.sql', facts('city as town'))
    good(await world.sync())
    const kept = { city: '"Oslo"', n: '1', town: '"Oslo"' }
    expect(braze(world).ann).toEqual(kept)
    await world.sql("delete from people where id = 'bob'")
    good(await world.sync())
    expect(good(await world.sync()).requests).toBe(0)
    // Written again, it is known to be there already.
    await world.write('sql/properties/facts.sql', facts('city as town, city'))
    expect(good(await world.sync()).requests).toBe(0)
    await world.write('sql/properties/facts.sql', header('on_leave: unset', facts('city as town')))
    good(await world.sync())
    await world.sql("delete from people where id = 'ann'")
    good(await world.sync())
    const quiet = good(await world.sync())
    expect([quiet.requests, quiet.syncs[0]?.removed]).toEqual([0, 0])
    good(await world.retire('facts'))
    // Bob left while everything was kept, before another policy came, which is not for him.
    expect(braze(world)).toEqual({ ann: {}, bob: { town: '"Rome"' } })
  },
)

it.each(['duckdb', 'postgres'] as const)(
  'a value that is held as a former type goes by the policy that its attribute had last, on %s',
  async (on) => {
    const facts = (policy: string, column: string) =>
      header(`nulls: omit\non_leave: ${policy}`, `select id as external_id, n${column} from people`)
    const world = await makeWorld({
      on,
      data: PEOPLE,
      config: GUARDS,
      syncs: { 'sql/properties/facts.sql': facts('unset', ', city as v') },
    })
    good(await world.sync())
    await world.write('sql/properties/facts.sql', facts('keep', ", case when id = 'bob' then n end as v"))
    good(await world.sync())
    const kept = { ann: { n: '1', v: '"Oslo"' }, bob: { n: '2', v: '2' } }
    expect(braze(world)).toEqual(kept)
    await world.write('sql/properties/facts.sql', facts('keep', ''))
    for (const _ of [1, 2, 3]) expect(good(await world.sync()).requests).toBe(0)
    expect(braze(world)).toEqual(kept)
    good(await world.retire('facts'))
    expect(braze(world)).toEqual({ ann: {}, bob: {} })
  },
)

it('people in doubt are named as they were: another identity is refused until that is settled', async () => {
  const world = await makeWorld({
    on: 'duckdb',
    data: PEOPLE,
    config: GUARDS,
    syncs: { 'sql/audiences/vip.sql': 'select id as external_id from people' },
  })
  world.sandbox.faults.inject({ kind: 'garbage', times: 'always' })
  expect((await world.sync()).syncs[0]).toMatchObject({ unknown: 2 })
  expect(await world.ledger('select size from syncs')).toEqual([{ size: 0 }])
  world.sandbox.faults.clear()
  await world.write('sql/audiences/vip.sql', 'select mail as email from people')
  const refused = await world.sync()
  expect(refused.syncs[0]).toMatchObject({ status: 'failed', sent: 0 })
  expect(refused.syncs[0]?.error).toContain('was named by external_id and is now named by email')
  expect(refused.requests).toBe(0)
  // Check says the same beforehand.
  const checked = await world.run((deps) => checkSyncs(deps, deps.project.syncs))
  expect(checked.syncs[0]?.error?.message).toBe(refused.syncs[0]?.error)
  good(await world.retire('vip'))
  good(await world.sync())
  const profiles = Object.values(braze(world))
  expect(profiles.filter(({ vip }) => vip === 'true')).toHaveLength(2)
  expect(await world.ledger('select k from doubt')).toEqual([])
})

it('everything of a file is sent again also when it has just been renamed', async () => {
  const world = await makeWorld({
    on: 'duckdb',
    data: PEOPLE,
    config: GUARDS,
    syncs: { 'sql/properties/facts.sql': 'select id as external_id, n from people' },
  })
  good(await world.sync())
  await world.remove('sql/properties/facts.sql')
  await world.write(
    'sql/properties/numbers.sql',
    header('was: facts', 'select id as external_id, n from people'),
  )
  expect(good(await world.resync(['numbers'])).objects).toBe(2)
  expect(await world.ledger('select k from doubt')).toEqual([])
  expect(await world.ledger('select sync, size from syncs')).toEqual([{ sync: 'numbers', size: 2 }])
  expect(await leftTables(world)).toEqual([])
})

it('a flag cannot become a list of the same attribute: Braze would drop every element without a word', async () => {
  const vip = (yaml: string) => header(yaml, 'select id as external_id from people where n > 1')
  const world = await makeWorld({
    on: 'duckdb',
    data: PEOPLE,
    config: GUARDS,
    syncs: { 'sql/audiences/vip.sql': vip('attribute: state') },
  })
  good(await world.sync())
  await world.write('sql/audiences/vip.sql', vip('attribute: state\nmembership: list'))
  const refused = await world.sync()
  expect(refused).toMatchObject({ exitCode: 1, requests: 0 })
  expect(refused.syncs[0]).toMatchObject({
    status: 'failed',
    error: 'sql/audiences/vip.sql: the attribute state was a value and would become a list',
  })
  const checked = await world.run((deps) => checkSyncs(deps, deps.project.syncs))
  expect(checked.syncs.map(({ error }) => error?.message)).toContain(
    'sql/audiences/vip.sql: the attribute state was a value and would become a list',
  )
  await world.write('sql/audiences/vip.sql', vip('attribute: states\nmembership: list'))
  good(await world.sync())
  expect(braze(world)).toEqual({ bob: { state: 'false', states: '["vip"]' } })
  expect(good(await world.sync()).requests).toBe(0)
})

it('a dropped column is remembered as long as somebody in doubt may still hold it', async () => {
  const facts = (columns: string) =>
    header('on_leave: unset', `select id as external_id, ${columns} from people`)
  const world = await makeWorld({
    on: 'duckdb',
    data: PEOPLE,
    config: GUARDS,
    syncs: { 'sql/properties/facts.sql': facts('city, mail as note') },
  })
  // Braze takes Bob's city and note, and nobody hears of it; then his row is withheld while the city is dropped.
  const config = { ...GUARDS, braze: { objects_per_request: 1 } }
  await world.configure(config)
  world.sandbox.faults.inject({ kind: 'garbage', times: 'always', object: { external_id: 'bob' } })
  expect((await world.sync()).syncs[0]).toMatchObject({ sent: 1, unknown: 1 })
  world.sandbox.faults.clear()
  await world.sql(`update people set mail = repeat('x', 256) where id = 'bob'`)
  await world.write('sql/properties/facts.sql', facts('mail as note'))
  expect((await world.sync()).syncs[0]).toMatchObject({ sent: 1, rejected: 1 })
  expect(braze(world)).toEqual({
    ann: { note: '"ann@x.org"' },
    bob: { city: '"Rome"', note: '"bob@x.org"' },
  })
  await world.sql(`update people set mail = 'short' where id = 'bob'`)
  good(await world.sync())
  expect(braze(world)).toEqual({ ann: { note: '"ann@x.org"' }, bob: { note: '"short"' } })
  expect(good(await world.sync()).requests).toBe(0)
  expect(await world.ledger('select k from doubt')).toEqual([])
})
