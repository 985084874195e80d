// The contract of values, in BigQuery: kept in its own dataset, and copied to a DuckDB state beside it.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bigquerySource } from '../../../src/warehouse/bigquery/dialect.ts'
import { openDatabases } from '../../../src/warehouse/open.ts'
import type { Databases } from '../../../src/warehouse/port.ts'
import { createDataset, describeBigquery, hasBigquery } from '../../support/bigquery.ts'
import { stateSettings } from '../open-test.ts'
import { BIGQUERY_VALUES, type BigqueryValue } from './bigquery-values.ts'
import { expectAbsent, expectKept } from './expect-kept.ts'
import { type Kept, keep } from './keep.ts'

async function openBigquery(store: 'bigquery' | 'duckdb'): Promise<Databases> {
  const { settings, name } = await createDataset()
  return openDatabases({
    name: 'test',
    directory: '/',
    warehouse: { ...settings, type: 'bigquery', dataset: name, pricePerTib: 6.25, concurrency: 8 },
    store: store === 'bigquery' ? { type: 'warehouse', schema: '' } : stateSettings(),
  })
}

/** A query of more takes the emulator too long. */
const AT_ONCE = 10

/** Both rows of every value: the value itself, and NULL. */
async function keepAll(databases: Databases, values: readonly BigqueryValue[]): Promise<[Kept[], Kept[]]> {
  const session = await databases.store.session()
  const [present, absent]: [Kept[], Kept[]] = [[], []]
  for (let from = 0; from < values.length; from += AT_ONCE) {
    const part = values.slice(from, from + AT_ONCE)
    const columns = part.map((value, i) => `${value.bigquery} as c${i}`).join(', ')
    const names = part.map((_value, i) => `v.c${i}`).join(', ')
    const twice = 'unnest([struct(1 as k), struct(2 as k)]) as t'
    const [one, two] = await keep(
      databases,
      session,
      `select t.k, ${names} from ${twice} left join (select ${columns}) as v on t.k = 1`,
    )
    present.push(...one!.slice(1))
    absent.push(...two!.slice(1))
  }
  return [present, absent]
}

/** What a line of CSV could spoil; the SQL before it is the same. */
const isSpoilable = ({ name }: BigqueryValue): boolean =>
  /^(?:text|integer: [lg5]|float: (?:0.1 |1e|sm|gr|NaN)|decimal: -|boolean|timestamp: (?:m|be|first)|date: [ly]|json: array of t)/.test(
    name,
  )

const COMBINATIONS = {
  BigQuery: { open: () => openBigquery('bigquery'), values: BIGQUERY_VALUES },
  'BigQuery beside a DuckDB state': {
    open: () => openBigquery('duckdb'),
    values: BIGQUERY_VALUES.filter(isSpoilable),
  },
}

describe.skipIf(!hasBigquery).each(Object.entries(COMBINATIONS))(
  'values kept by %s',
  (_combination, { open, values }) => {
    let databases: Databases
    let present: Kept[]
    let absent: Kept[]

    beforeAll(async () => {
      databases = await open()
      ;[present, absent] = await keepAll(databases, values)
    })
    afterAll(() => databases?.close())

    it.each(values.map((value, i) => [value.name, value, i] as const))('%s', (_name, value, i) => {
      expectKept(present[i], value)
    })

    it('keeps NULL as NULL, without a fault, in every type', () => {
      expectAbsent(absent, values)
    })
  },
)

describeBigquery('keys in BigQuery', () => {
  it('are blank by any white space', async () => {
    const { query } = await createDataset()
    const keys = ['', ' ', '\t\r\n', '\u00a0\u2003', '\u3000\ufeff', 'x\u00a0', 'é', '日本']
    const rows = keys.map((key, i) => `select ${i} as i, ${bigquerySource.literal(key)} as t`)
    expect(
      await query(
        `select i, ${bigquerySource.isBlank('t')} as blank from (${rows.join(' union all ')}) as q order by i`,
      ),
    ).toEqual(keys.map((_, i) => ({ i, blank: i < 5 })))
  })
})
