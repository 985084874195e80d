// Decides how a test changes the warehouse that a world's project reads, and looks at the ledger that it writes.

import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DuckDBInstance, type DuckDBValue } from '@duckdb/node-api'
import { Client } from 'pg'
import { createDatabase } from './postgres.ts'

export type WorldKind = 'duckdb' | 'postgres' | 'postgres+duckdb' | 'bigquery' | 'bigquery+duckdb'

/** Numbers as numbers, true and false, NULL; everything else is text. */
export type LedgerRow = Record<string, string | number | boolean | null>

/** A warehouse with its ledger, to be touched between runs only. */
export interface Shop {
  /** The sections of config/brazier.yaml that lead here. */
  readonly config: { readonly warehouse: object; readonly store: object }
  change(statements: readonly string[]): Promise<void>
  /** One statement on the ledger's tables, which need no schema in front. */
  ledger(sql: string): Promise<LedgerRow[]>
  close(): Promise<void>
}

const STATE = 'state/brazier.duckdb'
/**
 * Tests may run in a container, where a state file would be refused. A second thread finds work only in tables of more than
 * 122,880 rows, and costs time to wait.
 */
const STATE_STORE = { type: 'duckdb', path: STATE, memory_limit: '256MB', threads: 1, ephemeral: true }

export async function openShop(on: WorldKind, directory: string): Promise<Shop> {
  if (on === 'duckdb') return duckdbShop(directory)
  if (on === 'bigquery' || on === 'bigquery+duckdb') return bigqueryShop(on, directory)
  const { url } = await createDatabase()
  const client = new Client({ connectionString: url })
  await client.connect()
  const change = async (statements: readonly string[]) => {
    for (const sql of statements) await client.query(sql)
  }
  const close = () => client.end()
  const warehouse = { type: 'postgres', url }
  return on === 'postgres'
    ? {
        config: { warehouse, store: { schema: 'brazier' } },
        change,
        ledger: (sql) => postgresLedger(client, sql),
        close,
      }
    : {
        config: { warehouse, store: STATE_STORE },
        change,
        ledger: (sql) => duckdbLedger(join(directory, STATE), sql),
        close,
      }
}

async function duckdbShop(directory: string): Promise<Shop> {
  const path = join(directory, 'data', 'shop.duckdb')
  await mkdir(dirname(path), { recursive: true })
  const change = (statements: readonly string[]) => inDuckdb(path, statements)
  await change([])
  return {
    config: { warehouse: { type: 'duckdb', path: 'data/shop.duckdb' }, store: STATE_STORE },
    change,
    ledger: (sql) => duckdbLedger(join(directory, STATE), sql),
    close: async () => undefined,
  }
}

async function bigqueryShop(on: 'bigquery' | 'bigquery+duckdb', directory: string): Promise<Shop> {
  // Only now: whoever imports it starts an emulator.
  const { createDataset } = await import('./bigquery.ts')
  const [source, ledger] = [await createDataset(), await createDataset()]
  const { project, location, apiEndpoint } = source.settings
  const about = { stage: 'test', dataset: source.name }
  return {
    config: {
      warehouse: {
        type: 'bigquery',
        project,
        location,
        dataset: ledger.name,
        default_dataset: source.name,
        ...(apiEndpoint === undefined ? {} : { api_endpoint: apiEndpoint }),
      },
      ...(on === 'bigquery' ? { store: {} } : { store: STATE_STORE }),
    },
    change: async (statements) => {
      for (const sql of statements) await source.jobs.run(sql, about)
    },
    ledger: async (sql) => {
      if (on === 'bigquery+duckdb') return duckdbLedger(join(directory, STATE), sql)
      if (sql.includes('information_schema'))
        return tablesOf(`${apiEndpoint}`, { project, dataset: ledger.name })
      if (/^\s*(?:select|with)/i.test(sql)) return (await ledger.query(sql)) as LedgerRow[]
      await ledger.jobs.run(sql, { stage: 'test', dataset: ledger.name })
      return []
    },
    close: async () => undefined,
  }
}

/** Asked of the emulator's API: its information schema cannot be sorted. */
async function tablesOf(
  apiEndpoint: string,
  { project, dataset }: { readonly project: string; readonly dataset: string },
): Promise<LedgerRow[]> {
  const path = `bigquery/v2/projects/${project}/datasets/${dataset}/tables?maxResults=1000`
  const reply = await fetch(`${apiEndpoint}/${path}`)
  const { tables = [] } = (await reply.json()) as { tables?: { tableReference: { tableId: string } }[] }
  return tables.map(({ tableReference }) => ({ name: tableReference.tableId }))
}

async function inDuckdb(path: string, statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(path)
  const connection = await instance.connect()
  try {
    for (const sql of statements) await connection.run(sql)
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

async function duckdbLedger(path: string, sql: string): Promise<LedgerRow[]> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    await connection.run(`attach '${path}' as ledger`)
    await connection.run('use ledger.brazier')
    const rows = (await connection.runAndReadAll(sql)).getRowObjects()
    await connection.run('use memory')
    await connection.run('detach ledger')
    return rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])),
    )
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

function plain(value: DuckDBValue): LedgerRow[string] {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value
  return typeof value === 'bigint' ? Number(value) : String(value)
}

async function postgresLedger(client: Client, sql: string): Promise<LedgerRow[]> {
  await client.query(`set search_path = brazier`)
  try {
    const { rows } = await client.query({ text: sql, types: { getTypeParser } })
    return rows
  } finally {
    await client.query('reset search_path')
  }
}

const BOOL = 16
const NUMBERS = [20, 21, 23, 700, 701, 1700]

function getTypeParser(oid: number): (text: string) => LedgerRow[string] {
  if (oid === BOOL) return (text) => text === 't'
  return NUMBERS.includes(oid) ? Number : String
}
