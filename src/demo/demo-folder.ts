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
      await inShop(shop, async (run) => {
        for (const sql of statements) await run(sql)
      })
    },
    count: (tables) =>
      inShop(shop, async (run) => {
        const counts: number[] = []
        for (const table of tables) counts.push(Number((await run(`select count(*) from ${table}`)).at(0)))
        return counts
      }),
  }
}

/** The state file stands in the same folder: the next demo makes it anew, so losing it is fine. */
const configText = (endpoint: string): string => `name: demo
warehouse: { type: duckdb, path: shop.duckdb }
store: { type: duckdb, path: brazier.duckdb, ephemeral: true }
braze: { endpoint: "${endpoint}", api_key: sandbox-key, workspace: demo }
`

type Run = (sql: string) => Promise<readonly unknown[]>

/** Closed again at once: Brazier reads the file from another process. */
async function inShop<T>(path: string, work: (run: Run) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.create(path)
  const connection = await instance.connect()
  try {
    return await work(async (sql) => (await connection.runAndReadAll(sql)).getRows().flat())
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
