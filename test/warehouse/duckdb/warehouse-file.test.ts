import { mkdirSync, writeFileSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it } from 'vitest'
import { SyncError, WarehouseError } from '../../../src/model/errors.ts'
import type { Databases } from '../../../src/warehouse/port.ts'
import { openDuckdb, testFolder } from '../open-test.ts'
import { writeDuckdb } from '../write-duckdb.ts'

/** What `select … as x` gives, by way of candidates. */
async function read(databases: Databases, sql: string): Promise<unknown[]> {
  const session = await databases.store.session()
  await databases.warehouse.candidates({
    sync: 's',
    run: 'r',
    select: `select cast(q.x as varchar) as x from (\n${sql}\n) as q`,
    columns: [{ name: 'x', kind: 'text' }],
    table: 'read',
    session,
  })
  const rows = await session.rows(
    `select x from ${databases.store.dialect.candidateTable('read')} order by x`,
  )
  await session.close()
  return rows.map(({ x }) => x)
}

describe('a DuckDB warehouse', () => {
  it('reads tables, views, macros and other schemas of a file as DuckDB’s own shell does', async () => {
    const folder = testFolder()
    await writeDuckdb(`${folder}/my shop.duckdb`, [
      'create table orders as select 1 as x',
      'create view v as select x + 1 as x from orders',
      'create macro twice(n) as n * 2',
      'create schema sales',
      'create table sales.visits as select 9 as x',
    ])
    const databases = await openDuckdb({ folder, path: 'my shop.duckdb' })
    expect(
      await read(
        databases,
        'select x from orders union all select x from v union all select twice(x) + 10 from orders',
      ),
    ).toEqual(['1', '12', '2'])
    expect(await read(databases, 'select x from sales.visits')).toEqual(['9'])
    expect(await read(databases, 'select x from "my shop".main.orders')).toEqual(['1'])
    await databases.close()
  })

  it('runs init first: its views come before the file’s, see it, and read files of the project wherever we stand', async () => {
    const folder = testFolder()
    mkdirSync(`${folder}/data`)
    writeFileSync(`${folder}/data/a.csv`, 'x\n1\n2\n')
    writeFileSync(`${folder}/data/b.csv`, 'x\n3\n')
    writeFileSync(`${folder}/secret.csv`, 'x\n666\n')
    await writeDuckdb(`${folder}/shop.duckdb`, [
      'create table orders as select 100 as x',
      'create table people as select 7 as x',
      'create schema sales',
      'create table sales.visits as select 9 as x',
    ])
    const init = [
      `create view orders as select x from 'data/*.csv'; create view first as from read_csv('data/a.csv', header = true)`,
      'create table numbers as select 5 as x',
      'create macro plus(n) as n + 1',
      'create schema extra',
      'create view extra.seven as select x from people',
      'create view hundred as select x from shop.main.orders',
    ]
    const databases = await openDuckdb({ folder, path: 'shop.duckdb', init })
    expect(await read(databases, 'select x from orders')).toEqual(['1', '2', '3'])
    expect(await read(databases, 'select x from first union all select plus(x) from numbers')).toEqual([
      '1',
      '2',
      '6',
    ])
    expect(await read(databases, 'select x from extra.seven union all select x from people')).toEqual([
      '7',
      '7',
    ])
    expect(await read(databases, 'select x from sales.visits union all select x from hundred')).toEqual([
      '100',
      '9',
    ])
    await expect(read(databases, `select x from read_csv('${folder}/secret.csv')`)).rejects.toThrow(SyncError)
    await expect(read(databases, `select x from 'secret.csv'`)).rejects.toThrow(SyncError)
    await databases.close()
  })

  it('runs init alone, without a file', async () => {
    const databases = await openDuckdb({
      init: [
        'create table orders as select 1 as x',
        'create schema sales',
        'create table sales.visits as select 2 as x',
      ],
    })
    expect(await read(databases, 'select x from orders union all select x from sales.visits')).toEqual([
      '1',
      '2',
    ])
    await databases.close()
  })

  it('can be written by others between two reads, and shows what they wrote', async () => {
    const folder = testFolder()
    const path = `${folder}/shop.duckdb`
    await writeDuckdb(path, ['create table orders as select 1 as x'])
    const databases = await openDuckdb({ folder, path })
    expect(await read(databases, 'select x from orders')).toEqual(['1'])
    await writeDuckdb(path, ['insert into orders values (2)'])
    expect(await read(databases, 'select x from orders')).toEqual(['1', '2'])
    await databases.close()
  })

  it('reads what its writer has not put into the file yet', async () => {
    const folder = testFolder()
    const path = `${folder}/shop.duckdb`
    const instance = await DuckDBInstance.create(path)
    const writer = await instance.connect()
    await writer.run(`set wal_autocheckpoint = '1GB'; create table orders as select 1 as x`)
    const { cpSync, existsSync } = await import('node:fs')
    mkdirSync(`${folder}/copy`)
    expect(existsSync(`${path}.wal`)).toBe(true)
    cpSync(path, `${folder}/copy/shop.duckdb`)
    cpSync(`${path}.wal`, `${folder}/copy/shop.duckdb.wal`)
    writer.closeSync()
    instance.closeSync()
    const databases = await openDuckdb({ folder, path: 'copy/shop.duckdb' })
    expect(await read(databases, 'select x from orders')).toEqual(['1'])
    await databases.close()
  })

  it('stops a query that is told to', async () => {
    const databases = await openDuckdb()
    const reading = read(
      databases,
      'select count(*) as x from range(100000000) as a, range(100000000) as b where a.range % 7 = b.range % 5',
    )
    const stopped = expect(reading).rejects.toThrow(SyncError)
    setTimeout(() => void databases.warehouse.cancel(), 150)
    await stopped
    await databases.warehouse.cancel()
    expect(await read(databases, 'select 1 as x')).toEqual(['1'])
    await databases.close()
  })

  it('tells a value that breaks the query without telling the value', async () => {
    const databases = await openDuckdb()
    const error = await read(
      databases,
      `select cast(v as int) as x from (values ('bob@x.com')) as t(v)`,
    ).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(SyncError)
    expect(`${(error as Error).message}${(error as Error).stack}`).not.toContain('bob')
    await databases.close()
  })

  it.each([
    ['is not there', { path: 'missing.duckdb' }, /missing\.duckdb does not exist/],
    ['is no database', { path: 'text.duckdb' }, /is not a DuckDB database/],
    ['is a table of text', { path: 'table.csv' }, /is not a DuckDB database/],
    [
      'has a broken init',
      { init: ['create view a as select 1 as x', `create view o as from 'nowhere/*.parquet'`] },
      /^warehouse\.init, statement 2: .*nowhere/,
    ],
  ])('that %s is told in one sentence', async (_name, options, expected) => {
    const folder = testFolder()
    writeFileSync(`${folder}/text.duckdb`, 'x,y\n1,2\n'.repeat(2000))
    writeFileSync(`${folder}/table.csv`, 'x,y\n1,2\n')
    const error = await openDuckdb({ folder, ...options }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(WarehouseError)
    expect((error as WarehouseError).message).toMatch(expected)
    expect((error as WarehouseError).hint).toBeDefined()
    // The state file is free again.
    await (await openDuckdb({ folder })).close()
  })
})
