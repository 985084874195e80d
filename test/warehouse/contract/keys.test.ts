// The names inside of maps and structs become keys in what is sent, and Braze takes no long ones.

import { describe, expect, it } from 'vitest'
import { bigqueryColumn } from '../../../src/warehouse/bigquery/types.ts'
import { openDuckdb } from '../open-test.ts'
import { keep } from './keep.ts'

const SHORTER =
  'values of this type cannot be sent: give the fields of the struct names of 255 characters at most'

describe('the keys of a map in DuckDB', () => {
  it.each([
    ['of 255 characters are sent', `'${'é'.repeat(255)}'`, null],
    ['of 256 characters withhold the row', `'${'é'.repeat(256)}'`, 'over 255 characters'],
    ['with a NUL withhold the row', `'a' || chr(0)`, 'contains a NUL character'],
  ])('%s', async (_name, key, fault) => {
    const databases = await openDuckdb()
    const session = await databases.store.session()
    const rows = await keep(databases, session, `select 1 as k, map(['a', ${key}], [1, 2]) as m`)
    const kept = rows[0]?.[1]
    expect([kept?.fault, kept?.json === null]).toEqual([fault, fault !== null])
    await session.close()
    await databases.close()
  })
})

describe('the fields of a struct', () => {
  it.each([
    [255, undefined],
    [256, SHORTER],
  ])('of %i characters in DuckDB', async (count, refusal) => {
    const databases = await openDuckdb()
    const [column] = await databases.warehouse.columns(`select {'${'é'.repeat(count)}': 1} as s`)
    expect(column?.refusal).toBe(refusal)
    await databases.close()
  })

  it.each([
    [255, undefined],
    [256, SHORTER],
  ])('of %i characters in BigQuery', (count, refusal) => {
    const field = { name: 'é'.repeat(count), type: 'STRING', mode: 'NULLABLE', fields: [] } as const
    expect(bigqueryColumn({ name: 's', type: 'RECORD', mode: 'NULLABLE', fields: [field] }).refusal).toBe(
      refusal,
    )
  })
})
