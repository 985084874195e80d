import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Databases } from '../../../src/warehouse/port.ts'
import { createDatabase } from '../../support/postgres.ts'
import { openDuckdb, openPostgres } from '../open-test.ts'
import { expectAbsent, expectKept } from './expect-kept.ts'
import { type Kept, keep } from './keep.ts'
import { DUCKDB_TYPES, LOGICAL_VALUES, POSTGRES_TYPES } from './values.ts'

const COMBINATIONS: Record<string, () => Promise<Databases>> = {
  DuckDB: () => openDuckdb({ init: DUCKDB_TYPES }),
  Postgres: async () => openPostgres((await withTypes()).url, 'postgres'),
  'Postgres beside a DuckDB state': async () => openPostgres((await withTypes()).url, 'duckdb'),
}

async function withTypes() {
  const database = await createDatabase()
  await database.query(POSTGRES_TYPES)
  return database
}

/** A query of more takes more memory than a ledger's has here. */
const AT_ONCE = 100

describe.each(Object.keys(COMBINATIONS))('values kept by %s', (name) => {
  let databases: Databases
  const present: Kept[] = []
  const absent: Kept[] = []

  beforeAll(async () => {
    databases = await COMBINATIONS[name]!()
    const spelling = name === 'DuckDB' ? 'duckdb' : 'postgres'
    const session = await databases.store.session()
    for (let from = 0; from < LOGICAL_VALUES.length; from += AT_ONCE) {
      const part = LOGICAL_VALUES.slice(from, from + AT_ONCE)
      const columns = part.map((value, i) => `${value[spelling]} as c${i}`).join(',\n')
      const names = part.map((_value, i) => `v.c${i}`).join(', ')
      const rows = await keep(
        databases,
        session,
        `select t.k, ${names} from (values (1), (2)) as t(k) left join (select ${columns}) as v on t.k = 1`,
      )
      present.push(...rows[0]!.slice(1))
      absent.push(...rows[1]!.slice(1))
    }
    await session.close()
  })
  afterAll(() => databases?.close())

  it.each(LOGICAL_VALUES.map((value, i) => [value.name, value, i] as const))('%s', (_name, value, i) => {
    expectKept(present[i], value)
  })

  it('keeps NULL as NULL, without a fault, in every type', () => {
    expectAbsent(absent, LOGICAL_VALUES)
  })

  it('writes a point into every float inside an array', () => {
    const i = LOGICAL_VALUES.findIndex((value) => value.name === 'json: array of doubles')
    expect(present[i]!.json).toMatch(/^\[1\.0,0\.0,1(\.0e\+20|0{20}\.0)\]$/)
  })
})
