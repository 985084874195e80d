// Decides how a test of the ledger gets a real one: the tables made by the real migrations, in DuckDB or in Postgres.

import { migrate } from '../../src/ledger/open.ts'
import type { Ledger } from '../../src/ledger/sql.ts'
import type { ValueKind } from '../../src/model/words.ts'
import type { Cell, Databases, Row } from '../../src/warehouse/port.ts'
import { createDatabase } from '../support/postgres.ts'
import { openDuckdb, openPostgres } from '../warehouse/open-test.ts'

export type StoreKind = 'duckdb' | 'postgres'

export interface TestLedger extends Ledger {
  readonly databases: Databases
  /** Runs statements, one after another. */
  run(...statements: readonly string[]): Promise<void>
  rows(sql: string): Promise<Row[]>
  /** The one value of a query. */
  value(sql: string): Promise<Cell | undefined>
  /** Names of all tables of the ledger. */
  tables(): Promise<string[]>
}

export async function openLedger(kind: StoreKind): Promise<TestLedger & { close(): Promise<void> }> {
  const databases =
    kind === 'duckdb' ? await openDuckdb() : await openPostgres((await createDatabase()).url, 'postgres')
  await databases.store.makeSchema()
  const session = await databases.store.session()
  const { dialect } = databases.store
  const ledger: Ledger = { session, dialect, scope: { project: 'shop', workspace: 'test' } }
  await migrate(ledger)
  return {
    ...ledger,
    databases,
    run: async (...statements) => {
      for (const sql of statements) await session.run(sql)
    },
    rows: (sql) => session.rows(sql),
    value: async (sql) => Object.values((await session.rows(sql))[0] ?? {})[0],
    tables: async () =>
      (
        await session.rows(
          "select table_name from information_schema.tables where table_schema = 'brazier' order by table_name",
        )
      ).map((row) => String(row.table_name)),
    close: async () => {
      await session.close()
      await databases.close()
    },
  }
}

/** Candidates as the warehouse would have left them: `bad` says why a row is withheld. */
export interface CandidateRow {
  readonly k: string
  readonly bad?: string
  /** Literal by column; a column that is missing is NULL. */
  readonly values: Readonly<Record<string, string>>
}

export async function makeCandidates(
  { run, dialect }: TestLedger,
  table: string,
  input: {
    readonly columns: readonly { readonly name: string; readonly kind: ValueKind }[]
    readonly rows: readonly CandidateRow[]
  },
): Promise<void> {
  const text = dialect.types.text
  const types = input.columns.map(({ name, kind }) => `${dialect.ident(name)} ${dialect.columnType(kind)}`)
  const create = dialect.name === 'postgres' ? 'create temp table' : 'create table'
  const bare =
    dialect.name === 'postgres' ? dialect.ident(table.replace(/^.*\./, '').replaceAll('"', '')) : table
  await run(
    `drop table if exists ${table}`,
    `${create} ${bare} (${[`k ${text}`, `bad ${text}`, ...types].join(', ')})`,
  )
  if (input.rows.length === 0) return
  const tuples = input.rows.map(({ k, bad, values }) => {
    const cells = input.columns.map(({ name }) => values[name] ?? 'null')
    return `(${[dialect.literal(k), bad === undefined ? 'null' : dialect.literal(bad), ...cells].join(', ')})`
  })
  await run(`insert into ${table} values ${tuples.join(', ')}`)
}
