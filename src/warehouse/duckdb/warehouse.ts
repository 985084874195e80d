// Decides how the author's SQL runs in DuckDB: over a file that is attached read-only while it is read, and the views of
// `init` ahead of it; never on a connection of the ledger.

import { existsSync } from 'node:fs'
import { basename, extname, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { WarehouseSettings } from '../../model/definition.ts'
import { asError, WarehouseError } from '../../model/errors.ts'
import { sqlRefused } from '../author-sql.ts'
import type { CandidateQuery, Warehouse } from '../port.ts'
import { oneAtATime } from '../session.ts'
import { type Instance, isNoDatabase, type Preparation } from './connection.ts'
import { describe } from './describe.ts'
import { duckdbColumnType, duckdbDialect, duckdbSource, ident, literal } from './dialect.ts'
import { authorError, duckdbMessage } from './error-text.ts'
import { initSql } from './init-sql.ts'

export type DuckdbWarehouse = Extract<WarehouseSettings, { type: 'duckdb' }>

/** Where the author's names are looked up. */
interface Source {
  readonly author: DuckDBConnection
  /** Another connection, since the author's has the file's catalog as its own and cannot let go of it. */
  readonly attacher: DuckDBConnection
  /** Statements around each read, when there is a file. */
  readonly attach?: string
  readonly detach?: string
  readonly path?: string
}

/** Runs before files are locked. Returns the warehouse, and what of the disk it goes on reading. */
export async function prepareWarehouse(
  instance: Instance,
  settings: DuckdbWarehouse,
  directory: string,
): Promise<Preparation<Warehouse>> {
  const [author, attacher] = [await instance.connect(), await instance.connect()]
  const path = settings.path === undefined ? undefined : resolve(directory, settings.path)
  const catalog = path === undefined ? undefined : catalogFor(path)
  const init = initSql(settings.init, directory)
  const source: Source =
    path === undefined || catalog === undefined
      ? { author, attacher }
      : {
          author,
          attacher,
          path,
          attach: `attach ${literal(path)} as ${ident(catalog)} (type duckdb, read_only)`,
          detach: `detach ${ident(catalog)}`,
        }
  await withFile(source, async () => {
    await author.run(`set search_path = ${literal(searchPath(['memory.main', ...mainOf(catalog)]))}`)
    await runInit(author, init.statements)
    await searchInitFirst(author, catalog)
  })
  const files = [...init.files, ...(path === undefined ? [] : [path])]
  return {
    prepared: duckdbWarehouse(source),
    // The log of a database lies beside it.
    files: [...files, ...files.map((file) => `${file}.wal`)],
    directories: init.directories,
  }
}

/** A file's catalog is called as in DuckDB's own shell, unless that name is taken. */
function catalogFor(path: string): string {
  const name = basename(path, extname(path))
  return /^(?:memory|system|temp|brazier_.*|)$/i.test(name) ? 'warehouse' : name
}

const mainOf = (catalog: string | undefined): string[] =>
  catalog === undefined ? [] : [`${ident(catalog)}.main`]
const searchPath = (entries: readonly string[]): string => entries.join(',')

async function runInit(author: DuckDBConnection, statements: readonly string[]): Promise<void> {
  for (const [i, sql] of statements.entries()) {
    try {
      await author.run(sql)
    } catch (thrown) {
      throw new WarehouseError(`warehouse.init, statement ${i + 1}: ${duckdbMessage(asError(thrown))}`, {
        hint: 'Correct it in config/brazier.yaml. Paths are relative to the project.',
      })
    }
  }
}

/**
 * DuckDB looks a qualified name (`sales.orders`) up in the first catalog only, so the file must come first; temporary views
 * come before everything, so that init's own tables and views are found ahead of the file's.
 */
async function searchInitFirst(author: DuckDBConnection, catalog: string | undefined): Promise<void> {
  const texts = async (sql: string): Promise<string[]> =>
    (await author.runAndReadAll(sql)).getRows().map(([value]) => String(value))
  if (catalog !== undefined) {
    const names = await texts(
      `select table_name from information_schema.tables where table_catalog = 'memory' and table_schema = 'main'`,
    )
    for (const name of names)
      await author.run(`create temp view ${ident(name)} as from memory.main.${ident(name)}`)
  }
  const schemas = await texts(
    `select schema_name from information_schema.schemata where catalog_name = 'memory' and schema_name not in ('main', 'information_schema', 'pg_catalog')`,
  )
  const memory = ['main', ...schemas].map((schema) => `memory.${ident(schema)}`)
  await author.run(`set search_path = ${literal(searchPath([...mainOf(catalog), ...memory]))}`)
}

/** The file is attached only while it is read: whoever writes it must not wait for a whole run. */
async function withFile<T>(source: Source, work: () => Promise<T>): Promise<T> {
  const { attacher, attach, detach, path } = source
  if (attach === undefined || detach === undefined) return work()
  if (path !== undefined && !existsSync(path)) {
    throw new WarehouseError(`the DuckDB warehouse ${path} does not exist`, {
      hint: 'Correct warehouse.path; it is relative to the project. (The sample project reads what `npm run demo` makes.)',
    })
  }
  try {
    await attacher.run(attach)
  } catch (thrown) {
    throw attachError(asError(thrown), path ?? '')
  }
  try {
    return await work()
  } finally {
    await attacher.run(detach)
  }
}

function attachError(error: Error, path: string): WarehouseError {
  const pid = /PID (\d+)/.exec(error.message)?.[1]
  if (/Could not set lock/.test(error.message)) {
    return new WarehouseError(
      `the DuckDB warehouse ${path} is being written by another process${pid === undefined ? '' : ` (${pid})`}`,
      {
        hint: 'Wait until it has ended.',
      },
    )
  }
  if (isNoDatabase(error)) {
    return new WarehouseError(`${path} is not a DuckDB database`, {
      hint: "Correct warehouse.path. A file of another type is read through a view in warehouse.init: create view orders as from 'data/orders.csv'",
    })
  }
  return new WarehouseError(`the DuckDB warehouse ${path} cannot be opened: ${duckdbMessage(error)}`)
}

/** Milliseconds between two tries to stop a query, which may be between two of its statements. */
const STOP_AGAIN_MS = 50

function duckdbWarehouse(source: Source): Warehouse {
  const { author } = source
  const turn = oneAtATime()
  /** How often it was said to stop; what was asked for before must not begin after. */
  let stops = 0
  let reading = 0
  const read = <T>(work: (goOn: () => void) => Promise<T>): Promise<T> => {
    const asked = stops
    const goOn = (): void => {
      if (stops !== asked) throw sqlRefused('the query was stopped')
    }
    reading += 1
    return turn(() => {
      goOn()
      return withFile(source, () => work(goOn))
    }).finally(() => {
      reading -= 1
    })
  }
  return {
    dialect: duckdbSource,
    columns: (sql) => read(() => describe(author, sql)),
    candidates: (query) => read((goOn) => fill(author, query, goOn)),
    sourceTime: async () => null,
    // The file is attached read-only.
    canWriteElsewhere: async () => false,
    async cancel() {
      stops += 1
      for (; reading > 0; await sleep(STOP_AGAIN_MS)) author.interrupt()
    },
    close: () => turn(async () => undefined),
  }
}

async function fill(author: DuckDBConnection, query: CandidateQuery, goOn: () => void): Promise<void> {
  const table = duckdbDialect.candidateTable(query.table)
  const columns = query.columns.map(({ name, kind }) => `${ident(name)} ${duckdbColumnType(kind)}`)
  try {
    await author.run(`create or replace table ${table} (${columns.join(', ')})`)
    goOn()
    await author.run(`insert into ${table} ${query.select}`)
  } catch (thrown) {
    // Its lines are those of the whole select, not of the author's file.
    throw authorError(thrown, Number.MAX_SAFE_INTEGER)
  }
}
