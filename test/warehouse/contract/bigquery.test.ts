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
const AT_ONCE = 3

/** What was kept of each value by its name: the value itself, and NULL. */
type Both = ReadonlyMap<string, readonly [present: Kept, absent: Kept]>

const isWritten = ({ bigquery }: BigqueryValue): boolean => bigquery.startsWith('parse_json(')

async function keepAll(databases: Databases, values: readonly BigqueryValue[]): Promise<Both> {
  const written = values.filter(isWritten)
  return new Map([
    ...(await keepColumns(
      databases,
      values.filter((value) => !isWritten(value)),
    )),
    ...(written.length === 0 ? [] : await keepRows(databases, written)),
  ])
}

/** Values of one type, each in a row of its own: one form for all of them. */
async function keepRows(databases: Databases, values: readonly BigqueryValue[]): Promise<Both> {
  const session = await databases.store.session()
  const all = [...values.map(({ bigquery }) => bigquery), 'cast(null as json)']
  const rows = await keep(
    databases,
    session,
    `select * from (${all.map((value, i) => `select ${i} as i, ${value} as v`).join(' union all ')}) as w`,
  )
  const absent = rows[values.length]![1]!
  return new Map(values.map(({ name }, i) => [name, [rows[i]![1]!, absent]]))
}

/** Values of any type, each in a column of its own. */
async function keepColumns(databases: Databases, values: readonly BigqueryValue[]): Promise<Both> {
  const session = await databases.store.session()
  const kept = new Map<string, [Kept, Kept]>()
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
    for (const [i, { name }] of part.entries()) kept.set(name, [one![i + 1]!, two![i + 1]!])
  }
  return kept
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
    let kept: Both

    beforeAll(async () => {
      databases = await open()
      kept = await keepAll(databases, values)
    })
    afterAll(() => databases?.close())

    it.each(values.map((value) => [value.name, value] as const))('%s', (name, value) => {
      expectKept(kept.get(name)?.[0], value)
    })

    it('keeps NULL as NULL, without a fault, in every type', () => {
      expectAbsent(
        values.flatMap(({ name }) => kept.get(name)?.[1] ?? []),
        values,
      )
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
