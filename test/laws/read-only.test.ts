// The warehouse is read, whatever stands in a SQL file: what was there before a life is there after it, to the byte.

import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { good } from '../flow/look.ts'
import { makeWorld, type World, type WorldKind } from '../support/world.ts'

const PEOPLE = [
  'create table people (id varchar(20), n integer)',
  `insert into people values ('ann', 1), ('bob', 2)`,
  'create sequence counter',
]
const SYNCS = {
  'sql/audiences/vip.sql': 'select id as external_id from people where n > 1',
  'sql/properties/facts.sql': 'select id as external_id, n from people',
}
const WRITER = [
  `create function writes() returns integer language plpgsql volatile as $$ begin delete from people; return 1; end $$`,
  'create schema mart',
  'create table mart.orders (id integer)',
]

const HOSTILE = [
  'select id as external_id from people) as q; drop table people; select * from (select 1 as a',
  'delete from people returning id as external_id',
  'with gone as (delete from people returning id) select id as external_id from gone',
  'select id as external_id from people; drop table people',
  `insert into people values ('eve', 3) returning id as external_id`,
  'update people set n = 5 returning id as external_id',
  'truncate people',
  'create table loot as select 1 as a',
  `select id as external_id, nextval('counter') as n from people`,
  `commit; drop table people; select 1 as external_id`,
]
const ON_POSTGRES = [
  'select id as external_id, writes() as n from people',
  `select id as external_id, setval('counter', 50) as n from people`,
  `select id as external_id, query_to_xml('delete from people', true, false, '')::text as n from people`,
  `select id as external_id, set_config('transaction_read_only', 'off', false) as a, writes() as n from people`,
  'select id as external_id into loot from people',
]
const ON_DUCKDB = [
  `select id as external_id from query('drop table people')`,
  `copy (select 1) to 'data/loot.csv'`,
  `attach 'data/shop.duckdb' as again`,
  'select id as external_id from shop.main.people; delete from shop.main.people',
]

async function fingerprint(world: World, on: WorldKind): Promise<unknown> {
  if (on === 'duckdb') {
    const folder = join(world.directory, 'data')
    const names = (await readdir(folder)).toSorted()
    const hash = async (name: string) =>
      createHash('sha256')
        .update(await readFile(join(folder, name)))
        .digest('hex')
    return Promise.all(names.map(async (name) => [name, await hash(name)]))
  }
  const relations = await world.ledger(
    `select n.nspname as schema, c.relname as name, c.relkind as kind from pg_class as c join pg_namespace as n on n.oid = c.relnamespace where c.relkind in ('r', 'S') and n.nspname not like 'pg\\_%' and n.nspname not in ('information_schema', 'brazier') order by 1, 2`,
  )
  const found: unknown[] = []
  for (const { schema, name, kind } of relations) {
    // A row that was written back as it was is another version of it.
    const version =
      kind === 'r' ? 'r.xmin::text || r.ctid::text || r::text' : 'r.last_value::text || r.is_called::text'
    const rows = `select string_agg(${version}, '|' order by ${version}) as rows from "${schema}"."${name}" as r`
    found.push([schema, name, kind, await world.ledger(rows)])
  }
  return found
}

/** Refused or not, it must not write; what it throws or reports is its own matter. */
async function attempt(world: World): Promise<string> {
  for (const act of [() => world.plan(['evil']), () => world.sync(['evil'])]) {
    const ended = await act().catch((thrown: Error) => thrown)
    if (!(ended instanceof Error) && 'exitCode' in ended && ended.exitCode === 0) return 'sent'
  }
  return 'refused'
}

it.each(['duckdb', 'postgres'] as const)(
  'Law 12: on %s, no table outside our schema is written, by a life or by hostile SQL',
  async (on) => {
    const data = on === 'postgres' ? [...PEOPLE, ...WRITER] : PEOPLE
    const world = await makeWorld({ on, data, syncs: SYNCS })
    let before = await fingerprint(world, on)
    const same = async (label: string) =>
      expect([label, await fingerprint(world, on)]).toEqual([label, before])
    good(await world.sync())
    await same('a first load')
    await world.sql(`update people set n = 3 where id = 'ann'`, `insert into people values ('cid', 4)`)
    before = await fingerprint(world, on)
    world.sandbox.faults.inject({ kind: 'garbage' })
    const plan = await world.plan()
    await world.apply(plan.plan)
    await world.sync()
    good(await world.resync(['vip']))
    await same('a life')
    const profiles = world.profiles()
    for (const sql of [...HOSTILE, ...(on === 'postgres' ? ON_POSTGRES : ON_DUCKDB)]) {
      await world.write('sql/properties/evil.sql', sql)
      expect([sql, await attempt(world)]).toEqual([sql, 'refused'])
      await same(sql)
    }
    expect(world.profiles()).toEqual(profiles)
    await world.remove('sql/properties/evil.sql')
    await world.remove('sql/audiences/vip.sql')
    good(await world.retire('vip'))
    await same('a retirement')
  },
  60_000,
)
