// The names inside of maps and structs become keys in what is sent, and Braze takes neither long ones nor such as are empty
// or hold a blank, a dot or a dollar.

import { describe, expect, it } from 'vitest'
import type { Field } from '../../../src/warehouse/bigquery/jobs.ts'
import { bigqueryColumn } from '../../../src/warehouse/bigquery/types.ts'
import type { PostgresType } from '../../../src/warehouse/postgres/catalog.ts'
import { postgresColumn } from '../../../src/warehouse/postgres/types.ts'
import { openDuckdb } from '../open-test.ts'
import { keep } from './keep.ts'
import { KEY, NULL } from './logical-value.ts'

const SHORTER =
  'values of this type cannot be sent: give the fields of the struct names of 255 characters at most'
const PLAINER =
  'values of this type cannot be sent: give the fields of the struct names without a blank, . or $'

async function kept(sql: string) {
  const databases = await openDuckdb()
  const session = await databases.store.session()
  const rows = await keep(databases, session, `select 1 as k, ${sql} as m`)
  await session.close()
  await databases.close()
  return rows[0]?.[1]
}

describe('the keys of a map in DuckDB', () => {
  it.each([
    ['of 255 characters are sent', `'${'é'.repeat(255)}'`, null],
    ['of 256 characters withhold the row', `'${'é'.repeat(256)}'`, 'over 255 characters'],
    ['with a NUL withhold the row', `'b' || chr(0)`, 'contains a NUL character'],
    ['that are empty withhold the row', `''`, KEY],
    ['with a blank withhold the row', `'b c'`, KEY],
    ['with a dot withhold the row', `'b.'`, KEY],
    ['with a dollar withhold the row', `'$b'`, KEY],
    ['that say a time beside others withhold the row', `'$time'`, KEY],
    ['with other signs are sent', `'b-_:"''/'`, null],
  ])('%s', async (_name, key, fault) => {
    const value = await kept(`map(['a', ${key}], [1, 2])`)
    expect([value?.fault, value?.json === null]).toEqual([fault, fault !== null])
  })

  it('may be that of a time, alone', async () => {
    const value = await kept(`map(['$time'], [timestamp '2026-01-01 00:00:00'])`)
    expect([value?.fault, value?.json]).toEqual([null, '{"$time":"2026-01-01T00:00:00.000Z"}'])
  })
})

describe('a null inside, in DuckDB alone', () => {
  it.each([
    ['a map without one', `map(['a'], ['null'])`, null],
    ['an empty map', 'cast(map([], []) as map(varchar, integer))', null],
    ['a value of a map', `map(['a', 'b'], [1, null])`, NULL],
    ['a value of JSON of a map', `map(['a'], [cast('null' as json)])`, NULL],
    ['an array of a fixed size without one', 'cast([1, 2] as integer[2])', null],
    ['an element of an array of a fixed size', 'cast([1, null] as integer[2])', NULL],
    ['an array of a fixed size in a struct', `{'a': cast([1, null] as integer[2])}`, NULL],
    ['a list of maps', `[map(['a'], [null::integer])]`, NULL],
  ])('%s', async (_name, sql, fault) => {
    const value = await kept(sql)
    expect([value?.fault, value?.json === null]).toEqual([fault, fault !== null])
  })
})

describe('the fields of a struct', () => {
  const CASES: [names: string[], refusal: string | undefined][] = [
    [['é'.repeat(255)], undefined],
    [['é'.repeat(256)], SHORTER],
    [['a', 'b c'], PLAINER],
    [['a.b'], PLAINER],
    [['a', '$b'], PLAINER],
    [['a-b', 'c:d'], undefined],
    [['$time'], undefined],
    [['a', '$time'], PLAINER],
  ]

  it.each(CASES)('%j in DuckDB', async (names, refusal) => {
    const databases = await openDuckdb()
    const fields = names.map((name) => `'${name}': 1`).join(', ')
    const [column] = await databases.warehouse.columns(`select {${fields}} as s`)
    expect(column?.refusal).toBe(refusal)
    await databases.close()
  })

  it.each(CASES)('%j in BigQuery', (names, refusal) => {
    const fields = names.map((name): Field => ({ name, type: 'STRING', mode: 'NULLABLE', fields: [] }))
    expect(bigqueryColumn({ name: 's', type: 'RECORD', mode: 'NULLABLE', fields }).refusal).toBe(refusal)
  })

  it.each(CASES)('%j in Postgres', (names, refusal) => {
    const type: PostgresType = { shape: 'scalar', name: 'text', label: 'text', scale: undefined }
    const fields = names.map((name) => ({ name, type }))
    expect(postgresColumn('s', { shape: 'composite', label: 'thing', fields }).refusal).toBe(refusal)
  })
})
