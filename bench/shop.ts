// Decides the data of the benchmark: people with an id of 20 characters and attributes of ten types, made by DuckDB from the
// number of the row alone, and the projects over them.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'

/** The people, by SQL over `range`: `changed` of a hundred have one attribute changed. */
export const peopleSql = (people: number, round = 0): string => `
  select 'usr_' || substr(md5(i::varchar), 1, 16) as id,
    (hash(i) % 100)::int as n,
    'city_' || (hash(i + 1) % 20000) as city,
    (hash(i + 2) % 1000 + case when ${round} > 0 and hash(i + 77 * ${round}) % 1000 < 10 then ${round} else 0 end)::int as orders,
    (hash(i + 3) % 100000000)::bigint as ltv,
    (hash(i + 4) % 1000000) / 100.0::double as spend,
    ((hash(i + 5) % 100000) / 100.0)::decimal(10, 2) as balance,
    hash(i + 6) % 2 = 0 as consent,
    timestamptz '2024-01-01 00:00:00+00' + to_seconds((hash(i + 7) % 30000000)::bigint) as last_seen,
    date '1950-01-01' + (hash(i + 8) % 20000)::int as born,
    ['a' || (hash(i) % 7), 'b'] as tags,
    json_object('a', hash(i) % 10, 'b', 'x') as extra
  from range(${people}) as t(i)`

export async function duckdb(file: string, ...statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(file, { threads: '2', memory_limit: '2GB' })
  const connection = await instance.connect()
  try {
    for (const sql of statements) await connection.run(sql)
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

export const SEVEN: Readonly<Record<string, string>> = {
  'audiences/vip': 'select id as external_id from people where n % 10 = 0',
  'audiences/lapsed': 'select id as external_id from people where n % 4 = 0',
  'audiences/consenting': 'select id as external_id from people where n % 5 = 1',
  'audiences/heavy':
    '/* ---\nmembership: list\n--- */\nselect id as external_id from people where n % 10 = 3',
  'audiences/medium':
    '/* ---\nmembership: list\n--- */\nselect id as external_id from people where n % 10 in (4, 5, 6)',
  'properties/orders':
    '/* ---\non_leave: unset\n--- */\nselect id as external_id, city, orders, ltv, spend, balance from people',
  'properties/profile': 'select id as external_id, consent, last_seen, born, tags, extra from people',
}

/** One property file of five attributes over everybody. */
export const ONE: Readonly<Record<string, string>> = {
  'properties/facts': 'select id as external_id, city, orders, ltv, consent, last_seen from people',
}

export interface BenchProject {
  readonly directory: string
  readonly warehouse: string
}

/** A project over a DuckDB file, or over Postgres. */
export function makeProject(
  directory: string,
  options: { endpoint: string; syncs: Readonly<Record<string, string>>; rate?: number; postgres?: string },
): BenchProject {
  rmSync(directory, { recursive: true, force: true })
  const warehouse =
    options.postgres === undefined
      ? 'type: duckdb, path: shop.duckdb'
      : `type: postgres, url: "${options.postgres}"`
  const rate = options.rate ?? 100_000
  write(
    join(directory, 'config/brazier.yaml'),
    [
      'name: bench',
      `warehouse: { ${warehouse} }`,
      ...(options.postgres === undefined
        ? ['store: { type: duckdb, path: state/brazier.duckdb, ephemeral: true }']
        : []),
      `braze: { endpoint: "${options.endpoint}", api_key: "\${BRAZE_API_KEY}", requests_per_second: ${rate} }`,
      'max_duration: 60 minutes',
    ].join('\n'),
  )
  for (const [name, sql] of Object.entries(options.syncs)) write(join(directory, 'sql', `${name}.sql`), sql)
  return { directory, warehouse: join(directory, 'shop.duckdb') }
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${text}\n`)
}

/** Makes the people's table anew, as of a round. */
export const fillShop = (project: BenchProject, people: number, round = 0): Promise<void> =>
  duckdb(project.warehouse, `create or replace table people as ${peopleSql(people, round)}`)
