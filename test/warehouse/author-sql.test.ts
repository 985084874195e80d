import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SyncError } from '../../src/model/errors.ts'
import type { Databases } from '../../src/warehouse/port.ts'
import { createDatabase, createRole, type TestDatabase } from '../support/postgres.ts'
import { openDuckdb, openPostgres, testFolder } from './open-test.ts'
import { writeDuckdb } from './write-duckdb.ts'

async function refusal(databases: Databases, sql: string): Promise<{ message: string; hint: string }> {
  const error = await databases.warehouse.columns(sql).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error, sql).toBeInstanceOf(SyncError)
  const { message, hint } = error as SyncError
  return { message, hint: hint ?? '' }
}

/** What no database may let through, whatever it says about it. */
const NO_SELECT = [
  'select 1 a) q cross join (select 2 b',
  'select 1 a) as q; drop table orders; select * from (select 2 b',
  'delete from orders returning id',
  'delete from orders',
  'insert into orders values (9, 9) returning id',
  'update orders set id = 1 returning id',
  'with gone as (delete from orders returning id) select id from gone',
  'select 1 as a; select 2 as b',
  'create table t as select 1 as a',
  'drop table orders',
  'copy (select 1) to stdout',
  "set timezone = 'UTC'",
  'begin',
  'explain select 1',
  'select $1 as a',
  '',
  '-- nothing',
  '/* open',
  'select 1 as a /* open',
  'select 1 as a;',
]

const COMBINATIONS = ['DuckDB', 'Postgres', 'Postgres beside a DuckDB state'] as const

describe.each(COMBINATIONS)('the author’s SQL in %s', (name) => {
  let databases: Databases
  let database: TestDatabase | undefined
  beforeAll(async () => {
    if (name === 'DuckDB') {
      const folder = testFolder()
      await writeDuckdb(`${folder}/shop.duckdb`, [
        'create table orders (id int, amount int)',
        'create sequence counter',
        'create schema sales',
        'create table sales.visits (page varchar)',
      ])
      databases = await openDuckdb({ folder, path: 'shop.duckdb' })
    } else {
      database = await createDatabase()
      await database.query(
        'create table orders (id int, amount int); create sequence counter; create schema sales; create table sales.visits (page varchar)',
      )
      databases = await openPostgres(database.url, name === 'Postgres' ? 'postgres' : 'duckdb')
    }
  })
  afterAll(() => databases?.close())

  it.each(NO_SELECT)('refuses %j', async (sql) => {
    await refusal(databases, sql)
  })

  it('tells the columns and their types, and what can be a key', async () => {
    const columns = await databases.warehouse.columns(
      'select id, cast(id as varchar) as "Name", cast(id as double precision) as score from orders -- the end',
    )
    expect(columns.map((column) => [column.name, column.value?.kind, column.canBeKey])).toEqual([
      ['id', 'integer', true],
      ['Name', 'text', true],
      ['score', 'float', false],
    ])
  })

  it('finds tables of other schemas', async () => {
    expect(
      (await databases.warehouse.columns('select page from sales.visits')).map((column) => column.name),
    ).toEqual(['page'])
  })

  it('tells the line of a mistake as in the file', async () => {
    expect((await refusal(databases, '\n\nselect id,\n  nowhere\nfrom orders')).message).toMatch(
      /^line 4: .*nowhere/,
    )
    expect((await refusal(databases, '\nselect id\nfrom missing_table')).message).toMatch(
      /^line 3: .*missing_table/,
    )
    expect((await refusal(databases, "select '😀' as a,\n '😀' as b\nfrm orders")).message).toMatch(
      /^line 3: /,
    )
  })

  it('refuses columns of one name, also if only the case differs', async () => {
    expect((await refusal(databases, 'select id, id from orders')).message).toBe('two columns are called id')
    expect((await refusal(databases, 'select id as "Score", id as "score" from orders')).message).toBe(
      'two columns are called Score and score',
    )
  })

  it('refuses columns without a name', async () => {
    const { message, hint } = await refusal(databases, 'select id, id + 1 from orders')
    expect(message).toMatch(/^column 2 \(.+\) has no name$/)
    expect(hint).toContain('as some_name')
  })

  it('refuses types that have no JSON, column by column, with a remedy', async () => {
    const columns = await databases.warehouse.columns(
      `select id, interval '1 day' as gap, time '10:00' as hour from orders`,
    )
    expect(columns.map((column) => column.refusal)).toEqual([
      undefined,
      expect.stringContaining('as a number'),
      'values of this type cannot be sent: cast it to text',
    ])
    expect(columns[1]!.value).toBeUndefined()
  })

  it('cannot use up a sequence', async () => {
    const columns = await databases.warehouse
      .columns(`select nextval('counter') as n`)
      .catch((thrown: unknown) => thrown)
    if (!(columns instanceof Error)) {
      const session = await databases.store.session()
      const query = {
        sync: 's',
        run: 'r',
        select: `select nextval('counter') as n`,
        columns: [{ name: 'n', kind: 'integer' as const }],
        table: 'seq',
        session,
      }
      await expect(databases.warehouse.candidates(query)).rejects.toThrow(SyncError)
      await session.close()
    }
    if (database !== undefined)
      expect(await database.query('select is_called from counter')).toEqual([{ is_called: 'f' }])
  })

  if (name === 'DuckDB') {
    it('reads no file, changes no setting, attaches nothing', async () => {
      expect((await refusal(databases, `select * from read_text('/etc/hostname')`)).hint).toContain(
        'warehouse.init',
      )
      expect((await refusal(databases, `from '/etc/hostname'`)).message).not.toBe('')
      for (const sql of [
        `attach 'x.duckdb'`,
        'set threads = 1',
        'pragma database_list',
        `install httpfs`,
        'load httpfs',
        'checkpoint',
        `use memory`,
        'call pragma_version()',
        `export database 'x'`,
        `prepare p as select 1`,
      ]) {
        await refusal(databases, sql)
      }
    })

    it('says how a PIVOT must be written', async () => {
      expect((await refusal(databases, 'pivot orders on id using sum(amount)')).hint).toContain('PIVOT')
      const columns = await databases.warehouse.columns(
        `pivot (select 'v' || id as v, amount from orders) on v in ('v1', 'v2') using sum(amount)`,
      )
      expect(columns.map((column) => column.name)).toEqual(['v1', 'v2'])
    })
  } else {
    it('refuses rows that would be locked, and functions that would write', async () => {
      expect((await refusal(databases, 'select id from orders for update')).message).toContain('would write')
      expect((await refusal(databases, 'select id into t from orders')).hint).toContain('SELECT')
      await database!.query(
        `create function log_it() returns int language sql volatile as 'insert into orders values (7, 7) returning id'`,
      )
      const session = await databases.store.session()
      const query = {
        sync: 's',
        run: 'r',
        select: 'select log_it() as n',
        columns: [{ name: 'n', kind: 'integer' as const }],
        table: 'writes',
        session,
      }
      const error = await databases.warehouse.candidates(query).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(SyncError)
      expect((error as Error).message).toContain('would write')
      const off = `select cast(set_config('transaction_read_only', 'off', true) as text) as a, log_it() as n`
      await expect(
        databases.warehouse.candidates({ ...query, select: `select n from (${off}) as q` }),
      ).rejects.toThrow(SyncError)
      expect(await database!.query('select count(*) as n from orders')).toEqual([{ n: '0' }])
      await session.close()
    })

    it('refuses a name that Postgres would cut', async () => {
      expect((await refusal(databases, `select id as ${'x'.repeat(64)} from orders`)).message).toContain(
        '63 bytes',
      )
    })
  }
})

describe('rights in Postgres', () => {
  it('names a table that our role may not read at check time', async () => {
    const databases = await openAsReader('')
    expect((await refusal(databases, 'select id from secrets')).message).toContain(
      'permission denied for table secrets',
    )
    await databases.close()
  })

  it('warns when our role can write outside our schema, and only then', async () => {
    const reader = await openAsReader('')
    expect(await reader.warehouse.canWriteElsewhere()).toBe(false)
    await reader.close()
    for (const grant of [
      'grant insert on secrets to ROLE',
      'grant update (id) on secrets to ROLE',
      'grant create on schema extra to ROLE',
    ]) {
      const writer = await openAsReader(grant)
      expect(await writer.warehouse.canWriteElsewhere(), grant).toBe(true)
      await writer.close()
    }
    const ours = await openAsReader('grant all on schema brazier to ROLE; grant all on brazier.runs to ROLE')
    expect(await ours.warehouse.canWriteElsewhere()).toBe(false)
    await ours.close()
  })
})

/** A database with a table that the role may not read; `grant` speaks of the role as ROLE. */
async function openAsReader(grant: string): Promise<Databases> {
  const database = await createDatabase()
  const { role, url } = await createRole(database)
  await database.query(
    'revoke create on schema public from public; create schema extra; create schema brazier',
  )
  await database.query('create table secrets (id int); create table brazier.runs (id int)')
  if (grant !== '') await database.query(grant.replaceAll('ROLE', role))
  return openPostgres(url, 'postgres')
}
