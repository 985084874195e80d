// Decides what the demo's folder holds: a project with this repository's definitions, a configuration for the sandbox, and
// the shop as a DuckDB file.

import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { UsageError } from '../model/errors.ts'

export interface DemoFolder {
  readonly directory: string
  configure(endpoint: string): Promise<void>
  /** Changes the shop. */
  change(statements: readonly string[]): Promise<void>
  /** Everything that the ledger has on record happened so many days earlier. */
  age(days: number): Promise<void>
  /** Rows of each table. */
  count(tables: readonly string[]): Promise<readonly number[]>
}

export interface FolderOptions {
  readonly directory: string
  /** The folder with the SQL files. */
  readonly definitions: string
  /** Whether the folder is the demo's own, to be made anew. */
  readonly replace: boolean
}

const LEDGER = 'brazier.duckdb'

export async function makeFolder({ directory, definitions, replace }: FolderOptions): Promise<DemoFolder> {
  if (replace) await rm(directory, { recursive: true, force: true })
  await mkdir(directory, { recursive: true })
  if ((await readdir(directory)).length > 0)
    throw new UsageError(`${directory} is not empty`, { hint: 'The demo wants a new folder.' })
  await mkdir(join(directory, 'config'))
  await cp(definitions, join(directory, 'sql'), { recursive: true })
  const shop = join(directory, 'shop.duckdb')
  return {
    directory,
    configure: (endpoint) => writeFile(join(directory, 'config/brazier.yaml'), configText(endpoint)),
    change: async (statements) => {
      await inFile(shop, async (run) => {
        for (const sql of statements) await run(sql)
      })
    },
    age: (days) => inFile(join(directory, LEDGER), (run) => makeOlder(run, days)),
    count: (tables) =>
      inFile(shop, async (run) => {
        const counts: number[] = []
        for (const table of tables) counts.push(Number((await run(`select count(*) from ${table}`)).at(0)))
        return counts
      }),
  }
}

/** The state file stands in the same folder: the next demo makes it anew, so losing it is fine. */
const configText = (endpoint: string): string => `name: demo
warehouse: { type: duckdb, path: shop.duckdb }
store: { type: duckdb, path: ${LEDGER}, ephemeral: true }
braze: { endpoint: "${endpoint}", api_key: sandbox-key, workspace: demo }
`

/**
 * The ledger's own times alone: snapshots and deltas also hold times that are somebody's values. Both the file and the schema
 * are named brazier.
 */
async function makeOlder(run: Run, days: number): Promise<void> {
  const columns = await run(`select table_name || ' ' || column_name from information_schema.columns
where table_schema = 'brazier' and data_type = 'TIMESTAMP'
  and (column_name = 'since' or not (table_name like 'snapshot_%' or table_name like 'delta_%'))`)
  for (const text of columns) {
    const [table, column] = String(text).split(' ')
    await run(`update brazier.brazier."${table}" set "${column}" = "${column}" - interval '${days} days'`)
  }
}

type Run = (sql: string) => Promise<readonly unknown[]>

/** Closed again at once: Brazier reads the file from another process. */
async function inFile<T>(path: string, work: (run: Run) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.create(path)
  const connection = await instance.connect()
  try {
    return await work(async (sql) => (await connection.runAndReadAll(sql)).getRows().flat())
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
