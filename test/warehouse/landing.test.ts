import { readdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from '../../src/warehouse/open.ts'
import type { CandidateQuery, Databases, Session } from '../../src/warehouse/port.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { stateSettings } from './open-test.ts'

describe('rows from Postgres to DuckDB', () => {
  let database: TestDatabase
  let databases: Databases
  let session: Session
  const settings = stateSettings()
  beforeAll(async () => {
    database = await createDatabase()
    databases = await openDatabases({
      name: 'test',
      directory: '/',
      warehouse: { type: 'postgres', url: database.url, statementTimeout: 60 },
      store: settings,
    })
    session = await databases.store.session()
  })
  afterAll(async () => {
    await session?.close()
    await databases?.close()
  })

  async function land(select: string, columns: CandidateQuery['columns']): Promise<string> {
    await databases.warehouse.candidates({ sync: 's', run: 'r', select, columns, table: 'landed', session })
    return databases.store.dialect.candidateTable('landed')
  }

  it('keep NULL and the empty text apart, and every awkward text as it is', async () => {
    const texts = [
      '',
      ' ',
      'NULL',
      '\\N',
      '""',
      '"',
      ',',
      '\n',
      '\r\n',
      '\r',
      "a'b",
      'é😀',
      '\u2028',
      '\t',
      'a,"b"\n"c",',
      '\\.',
      '#',
      '\ufeff',
    ]
    const rows = [
      ...texts.map((text, i) => `(${i}, '${text.replaceAll("'", "''")}')`),
      `(${texts.length}, null)`,
    ]
    const table = await land(`select i, t from (values ${rows.join(', ')}) as v(i, t)`, [
      { name: 'i', kind: 'integer' },
      { name: 't"x', kind: 'text' },
    ])
    const landed = await session.rows(`select to_json("t""x")::varchar as t from ${table} order by i`)
    expect(landed.map(({ t }) => (t === null ? null : JSON.parse(String(t))))).toEqual([...texts, null])
  })

  it('are all there when they are many and hold line ends, with big values among them', async () => {
    const select = `select i, case when i % 10 = 0 then null else i || E'\\n"x",\\r\\n' || repeat('é', (i % 200)::int) end as t, case when i % 5000 = 0 then to_json(repeat('"', 49990))::text end as j from generate_series(1, 60000) as i`
    const table = await land(select, [
      { name: 'i', kind: 'integer' },
      { name: 't', kind: 'text' },
      { name: 'j', kind: 'json' },
    ])
    const there = `select count(*) as n, count(t) as texts, sum(length(t)) as characters, sum(length(j)) as json, count(distinct i) as ids from`
    const [expected] = await database.query(`${there} (${select}) as q`)
    const [landed] = await session.rows(`${there} ${table}`)
    expect(landed).toEqual(
      Object.fromEntries(Object.entries(expected!).map(([name, value]) => [name, Number(value)])),
    )
  })

  it('may hold several values of nearly 100 KB in one row', async () => {
    const table = await land(
      `select ${Array.from({ length: 12 }, (_, i) => `to_json(repeat('"', 49990))::text as j${i}`).join(', ')}`,
      Array.from({ length: 12 }, (_, i) => ({ name: `j${i}`, kind: 'json' as const })),
    )
    expect(await session.rows(`select min(length(j11)) as n, count(*) as rows from ${table}`)).toEqual([
      { n: 99_982, rows: 1 },
    ])
  })

  it('come with an overlong key cut, which is refused anyway', async () => {
    const table = await land(`select repeat('k', 300000000 / 100) as k, 'ok' as t`, [
      { name: 'k', kind: 'text' },
      { name: 't', kind: 'text' },
    ])
    expect(await session.rows(`select length(k) as n, t from ${table}`)).toEqual([{ n: 1000, t: 'ok' }])
  })

  it('stand in a file that only we can read, and only while they are on their way', async () => {
    const folder = dirname(settings.path)
    const seen: number[] = []
    const watch = setInterval(() => {
      const file = readdirSync(folder).find((name) => name.endsWith('.import.csv'))
      if (file !== undefined) seen.push(statSync(`${folder}/${file}`).mode & 0o777)
    }, 5)
    await land('select i from generate_series(1, 300000) as i', [{ name: 'i', kind: 'integer' }])
    clearInterval(watch)
    expect(new Set(seen)).toEqual(new Set([0o600]))
    await land(`select cast('x' || i as int) as i from generate_series(1, 3) as i`, [
      { name: 'i', kind: 'integer' },
    ]).catch(() => undefined)
    expect(readdirSync(folder).filter((name) => name.endsWith('.csv'))).toEqual([])
  })

  it('leave the table of before when a read fails', async () => {
    await land('select 1 as i', [{ name: 'i', kind: 'integer' }])
    await expect(land('select 1 / 0 as i', [{ name: 'i', kind: 'integer' }])).rejects.toThrow(
      'division by zero',
    )
    expect(await session.rows(`select i from ${databases.store.dialect.candidateTable('landed')}`)).toEqual([
      { i: 1 },
    ])
  })
})
