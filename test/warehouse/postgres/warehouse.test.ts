import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SyncError, WarehouseError } from '../../../src/model/errors.ts'
import { openDatabases } from '../../../src/warehouse/open.ts'
import type { Databases, Session } from '../../../src/warehouse/port.ts'
import { createDatabase, createRole, type TestDatabase } from '../../support/postgres.ts'
import { openPostgres } from '../open-test.ts'

const COMBINATIONS = ['postgres', 'duckdb'] as const

describe.each(COMBINATIONS)('a Postgres warehouse with its store in %s', (store) => {
  let database: TestDatabase
  let databases: Databases
  let session: Session
  beforeAll(async () => {
    database = await createDatabase()
    await database.query(`create table orders as select i as x from generate_series(1, 3) as i`)
    databases = await openPostgres(database.url, store, 2)
    session = await databases.store.session()
  })
  afterAll(async () => {
    await session?.close()
    await databases?.close()
  })

  async function read(
    sql: string,
    kind: 'integer' | 'text' = 'integer',
    from = databases,
  ): Promise<unknown[]> {
    await from.warehouse.candidates({
      sync: 's',
      run: 'r1',
      select: `select q.x from (\n${sql}\n) as q`,
      columns: [{ name: 'x', kind }],
      table: 'read',
      session,
    })
    return (
      await session.rows(`select x from ${databases.store.dialect.candidateTable('read')} order by x`)
    ).map(({ x }) => x)
  }

  it('makes the candidate table anew each time', async () => {
    expect(await read('select x from orders')).toEqual([1, 2, 3])
    expect(await read('select x from orders where x > 2')).toEqual([3])
  })

  it('refuses a type that it does not know, whatever its name', async () => {
    await database.query('create type constructor as range (subtype = integer)')
    const columns = await databases.warehouse.columns('select constructor(1, 2) as x')
    expect(columns).toEqual([
      {
        name: 'x',
        type: 'constructor',
        refusal: 'values of this type cannot be sent: cast it to text',
        canBeKey: false,
      },
    ])
  })

  it('ends a query that takes too long, and goes on', async () => {
    const error = await read('select x from orders, pg_sleep(10)').catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(SyncError)
    expect((error as Error).message).toBe('the query took longer than 2 seconds')
    expect(await read('select x from orders where x = 1')).toEqual([1])
  })

  it('stops a query that is told to, and goes on', async () => {
    const reading = read('select x from orders, pg_sleep(1.9)')
    const stopped = expect(reading).rejects.toThrow('the query was stopped')
    setTimeout(() => void databases.warehouse.cancel(), 100)
    const before = performance.now()
    await stopped
    expect(performance.now() - before).toBeLessThan(1500)
    expect(await read('select x from orders where x = 1')).toEqual([1])
  })

  it('shows who runs what', async () => {
    expect(await read(`select current_setting('application_name') as x`, 'text')).toEqual([
      'brazier/test/s/r1',
    ])
  })

  it('does not let the author’s SQL change what our own statements see', async () => {
    const changed = `select set_config('timezone', 'Asia/Tokyo', false) || set_config('extra_float_digits', '-10', false) || set_config('statement_timeout', '1', false) as x`
    await read(changed, 'text')
    expect(
      await read(
        `select current_setting('timezone') || current_setting('extra_float_digits') || current_setting('standard_conforming_strings') as x`,
        'text',
      ),
    ).toEqual(['UTC1on'])
    if (store === 'postgres') {
      expect(
        await session.rows(
          `select current_setting('statement_timeout') as s, current_setting('default_transaction_read_only') as r`,
        ),
      ).toEqual([{ s: '0', r: 'off' }])
    }
  })

  it.each([
    ['search_path', 'nowhere'],
    ['role', 'pg_monitor'],
    ['enable_hashjoin', 'off'],
  ])('does not leave a %s behind that the author’s SQL has set', async (setting, value) => {
    const shown = `select current_setting('${setting}') as x`
    const [before] = await read(shown, 'text')
    await read(`select set_config('${setting}', '${value}', false) as x`, 'text')
    expect(await read(shown, 'text')).toEqual([before])
    expect(await read('select x from orders')).toEqual([1, 2, 3])
    if (store === 'postgres') expect(await session.rows(shown)).toEqual([{ x: before }])
  })

  it('tells a value that breaks the query without telling the value', async () => {
    const error = await read(`select cast(v as int) as x from (values ('bob@x.com')) as t(v)`).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(SyncError)
    expect((error as Error).message).toBe('invalid input syntax for type integer: …')
    expect(`${(error as Error).stack}${String((error as Error).cause)}`).not.toContain('bob')
  })

  it('is as fresh as now on a primary', async () => {
    expect(await databases.warehouse.sourceTime()).toBeNull()
  })

  it('looks names without a schema up where the settings say', async () => {
    await database.query('create schema mart; create table mart.orders as select 77 as x')
    const inMart = await openDatabases({
      name: 'test',
      directory: '/',
      warehouse: { type: 'postgres', url: database.url, statementTimeout: 5, schema: 'mart' },
      store: { type: 'warehouse', schema: 'brazier' },
    })
    expect((await inMart.warehouse.columns('select x from orders')).length).toBe(1)
    const own = await inMart.store.session()
    await inMart.warehouse.candidates({
      sync: 's',
      run: 'r',
      select: 'select x from orders',
      columns: [{ name: 'x', kind: 'integer' }],
      table: 'm',
      session: own,
    })
    expect(await own.rows('select x from pg_temp.m')).toEqual([{ x: 77 }])
    await own.close()
    await inMart.close()
  })

  it('tells that the connection was lost', async () => {
    const fresh = await openPostgres(database.url, 'postgres')
    const lost = await fresh.store.session()
    const [{ pid } = {}] = await lost.rows('select pg_backend_pid() as pid')
    await database.query(`select pg_terminate_backend(${pid})`)
    const error = await lost.rows('select 1').catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(WarehouseError)
    expect((error as Error).message).toBe('postgres schema brazier: the connection to Postgres was lost')
    await lost.close()
    await fresh.close()
  })
})

describe('a Postgres that cannot be used', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await createDatabase()
  })
  const changed = (change: (url: URL) => void): string => {
    const url = new URL(database.url)
    change(url)
    return url.href
  }

  it.each<[string, (url: URL) => void, RegExp]>([
    [
      'is not there',
      (url) => {
        url.port = '1'
      },
      /^Postgres at 127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)$/,
    ],
    [
      'has no such host',
      (url) => {
        url.hostname = 'nowhere.invalid'
      },
      /^Postgres at nowhere\.invalid:\d+ cannot be reached \((ENOTFOUND|EAI_AGAIN)\)$/,
    ],
    [
      'has no such database',
      (url) => {
        url.pathname = '/missing'
      },
      /^Postgres at 127\.0\.0\.1:\d+ has no database missing$/,
    ],
    [
      'has another password',
      (url) => {
        url.password = 'hunter2'
      },
      /^Postgres at 127\.0\.0\.1:\d+ refuses the user \w+$/,
    ],
    [
      'has no password at all',
      (url) => {
        url.password = ''
      },
      /^Postgres at 127\.0\.0\.1:\d+ refuses the user \w+$/,
    ],
    [
      'does not speak TLS',
      (url) => void url.searchParams.set('sslmode', 'require'),
      /^Postgres at 127\.0\.0\.1:\d+: the encrypted connection failed/,
    ],
  ])('because it %s is told in one sentence, without the password', async (_name, change, expected) => {
    const url = changed(change)
    for (const store of COMBINATIONS) {
      const error = await openPostgres(url, store).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(WarehouseError)
      const { message, hint, stack } = error as WarehouseError
      expect(message).toMatch(expected)
      const { password } = new URL(url)
      if (password !== '') expect(`${message}${hint}${stack}`).not.toContain(password)
    }
  })
})

describe('the store in Postgres', () => {
  it('has a schema only where it may make one, or one that is there', async () => {
    const database = await createDatabase()
    const { role, url } = await createRole(database)
    const refused = await openPostgres(url, 'postgres')
    const error = await refused.store.makeSchema().catch((thrown: unknown) => thrown)
    expect((error as WarehouseError).message).toBe(`the role ${role} may not create the schema brazier`)
    expect((error as WarehouseError).hint).toContain(`create schema "brazier" authorization "${role}";`)
    await database.query(`create schema brazier authorization ${role}`)
    await refused.store.makeSchema()
    await refused.close()
  })

  it('makes its schema once when two come at the same time', async () => {
    const database = await createDatabase()
    const databases = await openPostgres(database.url, 'postgres')
    await Promise.all(Array.from({ length: 8 }, () => databases.store.makeSchema()))
    expect(await database.query(`select count(*) as n from pg_namespace where nspname = 'brazier'`)).toEqual([
      { n: '1' },
    ])
    await databases.close()
  })

  it('has a certificate of life: one holder, freed when its connection dies in whatever way', async () => {
    const database = await createDatabase()
    const databases = await openPostgres(database.url, 'postgres')
    const [mine, other, elsewhere] = await Promise.all(
      ['shop', 'shop', 'blog'].map((name) => databases.store.deathCertificate(name)),
    )
    expect(await mine!.take()).toBe(true)
    expect(await mine!.take()).toBe(true)
    expect(await other!.take()).toBe(false)
    expect(await elsewhere!.take()).toBe(true)
    await database.query(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'`)
    expect(await other!.take()).toBe(true)
    expect(await mine!.take()).toBe(false)
    await other!.release()
    expect(await mine!.take()).toBe(true)
    await mine!.release()
    await elsewhere!.release()
    await databases.close()
  })

  it('ends all of its sessions when it is closed', async () => {
    const database = await createDatabase()
    const databases = await openPostgres(database.url, 'postgres')
    await Promise.all([databases.store.session(), databases.store.session()])
    await databases.close()
    const left = `select count(*) as n from pg_stat_activity where datname = '${database.name}' and application_name like 'brazier/%'`
    await expect.poll(() => database.query(left)).toEqual([{ n: '0' }])
  })

  it('keeps its clock, its floats and its texts whatever the database’s own settings are', async () => {
    const database = await createDatabase()
    await database.query(
      `alter database ${database.name} set timezone = 'America/New_York'; alter database ${database.name} set datestyle = 'SQL, DMY'; alter database ${database.name} set extra_float_digits = -5; alter database ${database.name} set default_transaction_read_only = on; alter database ${database.name} set statement_timeout = '700ms'`,
    )
    const databases = await openPostgres(database.url, 'postgres')
    await databases.store.makeSchema()
    const session = await databases.store.session()
    expect(
      await session.rows(
        `select cast('2024-01-02 00:00:00+00' as timestamptz) as t, cast(0.1 as float8) + cast(0.2 as float8) as f from pg_sleep(0.9)`,
      ),
    ).toEqual([{ t: '2024-01-02 00:00:00+00', f: 0.30000000000000004 }])
    await session.close()
    await databases.close()
  })
})
