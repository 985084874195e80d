import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WarehouseError } from '../../src/model/errors.ts'
import type { Databases, Session } from '../../src/warehouse/port.ts'
import { createDatabase } from '../support/postgres.ts'
import { openDuckdb, openPostgres } from './open-test.ts'

const STORES: Record<string, () => Promise<Databases>> = {
  DuckDB: () => openDuckdb(),
  Postgres: async () => openPostgres((await createDatabase()).url, 'postgres'),
}

describe.each(Object.keys(STORES))('a session of %s', (name) => {
  let databases: Databases
  let session: Session
  let table: string
  beforeAll(async () => {
    databases = await STORES[name]!()
    await databases.store.makeSchema()
    await databases.store.makeSchema()
    session = await databases.store.session()
    const { dialect } = databases.store
    table = dialect.table('things')
    await session.run(`create table ${table} (id ${dialect.types.bigint}, name ${dialect.types.text})`)
  })
  afterAll(async () => {
    await session?.close()
    await databases?.close()
  })

  const ids = async (asked: Session = session) =>
    (await asked.rows(`select id from ${table} order by id`)).map((row) => row.id)
  const empty = () => session.run(`delete from ${table}`)

  it('counts the rows that a statement touched', async () => {
    await empty()
    expect(await session.run(`insert into ${table} values (1, 'a'), (2, 'b')`)).toBe(2)
    expect(await session.run(`update ${table} set name = 'c' where id = 1`)).toBe(1)
    expect(await session.run(`delete from ${table}`)).toBe(2)
  })

  it('gives numbers where they are exact, booleans, NULL, and text for the rest', async () => {
    const [row] = await session.rows(
      `select 1 as small, cast(9007199254740991 as bigint) as safe, cast(9007199254740993 as bigint) as big, true as yes, false as no, ` +
        `cast(null as bigint) as nothing, cast(1.5 as double precision) as half, cast(12.50 as decimal(10,2)) as money, ` +
        `date '2024-01-02' as day, timestamp '2024-01-02 03:04:05' as moment, '' as empty, 'é😀' as text, count(*) as n`,
    )
    expect(row).toEqual({
      small: 1,
      safe: 9007199254740991,
      big: '9007199254740993',
      yes: true,
      no: false,
      nothing: null,
      half: 1.5,
      money: '12.50',
      day: '2024-01-02',
      moment: '2024-01-02 03:04:05',
      empty: '',
      text: 'é😀',
      n: 1,
    })
  })

  it('speaks UTC, and its clock is the ledger’s', async () => {
    const { dialect } = databases.store
    const [row] = await session.rows(
      `select ${dialect.isoText(dialect.now)} as at, ${dialect.isoText(dialect.plusSeconds("timestamp '2024-12-31 23:59:30.25'", 45))} as later`,
    )
    expect(Math.abs(Date.parse(String(row!.at)) - Date.now())).toBeLessThan(60_000)
    expect(row!.later).toBe('2025-01-01T00:00:15.250Z')
  })

  it('commits what resolves and rolls back what rejects', async () => {
    await empty()
    const answer = await session.transaction(async (inner) => {
      await inner.run(`insert into ${table} values (1, 'a')`)
      return ids(inner)
    })
    expect(answer).toEqual([1])
    const failed = session.transaction(async (inner) => {
      await inner.run(`insert into ${table} values (2, 'b')`)
      throw new Error('mine')
    })
    await expect(failed).rejects.toThrow('mine')
    expect(await ids()).toEqual([1])
  })

  it('keeps other callers waiting until a transaction ends', async () => {
    await empty()
    const order: string[] = []
    const transaction = session.transaction(async (inner) => {
      await inner.run(`insert into ${table} values (1, 'a')`)
      order.push('inside')
      await inner.run(`insert into ${table} values (2, 'b')`)
    })
    const outside = session.run(`insert into ${table} values (3, 'c')`).then(() => order.push('outside'))
    await Promise.all([transaction, outside])
    expect(order).toEqual(['inside', 'outside'])
    expect(await ids()).toEqual([1, 2, 3])
  })

  it('does not pass a rolled back transaction off as committed, nor keep a hidden error', async () => {
    await empty()
    const hidden = session.transaction(async (inner) => {
      await inner.run(`insert into ${table} values (1, 'a')`)
      await inner.run('select nothing_here').catch(() => undefined)
    })
    await hidden.catch(() => undefined)
    const rolledBack = (await ids()).length === 0
    expect(
      await hidden.then(
        () => 'resolved',
        () => 'rejected',
      ),
    ).toBe(rolledBack ? 'rejected' : 'resolved')
    expect(await session.run(`insert into ${table} values (5, 'x')`)).toBe(1)
  })

  it('lets nobody use a transaction after its end, nor nest one', async () => {
    let leaked: Session | undefined
    await session.transaction(async (inner) => {
      leaked = inner
      await expect(inner.transaction(async () => undefined)).rejects.toThrow('cannot hold another')
    })
    await expect(leaked!.run('select 1')).rejects.toThrow('has ended')
  })

  it('tells a failed statement as a WarehouseError that names the store, without values', async () => {
    const error = await session
      .rows(`select cast(name as int) from (values ('bob@x.com')) as t(name)`)
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(WarehouseError)
    expect((error as Error).message).toContain(databases.store.place)
    expect(`${(error as Error).message}${(error as Error).stack}`).not.toContain('bob@x.com')
  })

  it('lets many callers ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => session.rows(`select ${i} as i`)))
    expect(answers.map(([row]) => row!.i)).toEqual(Array.from({ length: 50 }, (_, i) => i))
  })

  it('gives the dialect’s fragments their meaning', async () => {
    const { dialect } = databases.store
    const { joinText, joinRows, divide, countIf, boolOr, md5, bucket, wire } = dialect
    const [row] = await session.rows(
      `select ${joinText(';', ["'a'", 'cast(null as varchar(1))', "'b'"])} as joined, ${joinText(';', ['cast(null as varchar(1))'])} as nothing, ` +
        `${joinRows('t', 't desc')} as agg, cast(sum(${divide('i', '4')}) as bigint) as whole, ${countIf('i > 5')} as many, ${boolOr('i = 7')} as seven, ` +
        `${md5("'a'")} as digest, min(${wire('float', 'cast(i as double precision)')}) as f from (values (5, 'x'), (7, 'y'), (9, cast(null as varchar(1)))) as v(i, t)`,
    )
    expect(row).toEqual({
      joined: 'a;b',
      nothing: '',
      agg: 'y,x',
      whole: 4,
      many: 2,
      seven: true,
      digest: '0cc175b9c0f1b6a831c399e269772661',
      f: '5.0',
    })
    const buckets = await session.rows(
      `select distinct cast(${bucket('name || cast(id as varchar)', 4)} as int) as b from (values ('k', 1), ('k', 2), ('k', 3), ('k', 4), ('k', 5), ('k', 6), ('k', 7), ('k', 8), ('k', 9), ('k', 10), ('k', 11), ('k', 12), ('k', 13), ('k', 14), ('k', 15), ('k', 16), ('k', 17), ('k', 18), ('k', 19), ('k', 20)) as t(name, id) order by b`,
    )
    expect(buckets.map(({ b }) => b)).toEqual([0, 1, 2, 3])
    expect(dialect.ident('a"b')).toBe('"a""b"')
    expect((await session.rows(`select ${dialect.literal("it's \\ 😀")} as said`))[0]!.said).toBe(
      "it's \\ 😀",
    )
  })

  it('has the keys of people as they are, and those of e-mail trimmed and lowered', async () => {
    const { keyText, bytes, jsonText } = databases.warehouse.dialect
    const [row] = await session.rows(
      `select ${keyText("' ÀbC '", false)} as plain, ${keyText(`' Bob@X.com' || chr(10)`, true)} as mail, ${keyText('12', false)} as number, ${bytes("'é'")} as n, ${jsonText(`'a"'`)} as j`,
    )
    expect(row).toEqual({ plain: ' ÀbC ', mail: 'bob@x.com', number: '12', n: 2, j: '"a\\""' })
  })
})
