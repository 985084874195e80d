// Decides how one DuckDB instance is opened for a state file: who has it, what is attached, what is locked once the
// author's SQL may run; and what a connection of it does.

import { existsSync, mkdirSync, realpathSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api'
import type { StoreSettings } from '../../model/definition.ts'
import { asError, LeaseHeldError, WarehouseError } from '../../model/errors.ts'
import type { Cell, Row } from '../port.ts'
import type { Statements } from '../session.ts'
import { CANDIDATE_SCHEMA, ident, literal, SCRATCH_CATALOG, STATE_CATALOG } from './dialect.ts'
import { storeError } from './error-text.ts'
import { type LockFile, takeLockFile } from './lock-file.ts'
import { type StateFiles, stateFiles } from './state-files.ts'
import { refusedPlace } from './state-place.ts'
import { inContainer, mounts } from './this-process.ts'

export type DuckdbStore = Extract<StoreSettings, { type: 'duckdb' }>

/** Files of this version are read by every DuckDB since 1.4; 2.0 would write its own by default. */
const STORAGE_VERSION = 'v1.4.0'

export interface Instance {
  readonly files: StateFiles
  /** A new connection, in UTC. */
  connect(): Promise<DuckDBConnection>
  close(): Promise<void>
}

/** What another part may prepare before files are locked: it says which ones stay readable. */
export interface Preparation<T> {
  readonly files: readonly string[]
  readonly directories: readonly string[]
  readonly prepared: T
}

/** Two instances on one file would each believe in their own version of it. */
const openHere = new Set<string>()

/** `prepare` runs while any file may be read; after it, only those that it names. */
export async function openInstance<T>(
  settings: DuckdbStore,
  prepare: (instance: Instance) => Promise<Preparation<T>>,
): Promise<{ instance: Instance; prepared: T }> {
  const path = placeFor(settings)
  if (openHere.has(path)) {
    throw new LeaseHeldError(`the state file ${path} is open in this process already`, {
      hint: 'One opening at a time: close the other one first.',
    })
  }
  openHere.add(path)
  let lock: LockFile | undefined
  try {
    lock = await takeLockFile(stateFiles(path).lock, `the state file ${path}`)
    return await attachState(settings, stateFiles(path), { prepare, lock })
  } catch (error) {
    await lock?.release()
    openHere.delete(path)
    throw error
  }
}

/** The real path of the state file, whose directory exists and is a safe place. */
function placeFor(settings: DuckdbStore): string {
  const folder = dirname(settings.path)
  try {
    mkdirSync(folder, { recursive: true })
  } catch (thrown) {
    throw storeError(thrown, `cannot make the folder ${folder}`)
  }
  const directory = realpathSync(folder)
  const refusal = settings.ephemeral
    ? undefined
    : refusedPlace({ directory, mounts: mounts(), inContainer: inContainer() })
  if (refusal !== undefined) {
    throw new WarehouseError(`the state file ${settings.path} would stand on ${refusal}`, {
      hint: 'Put store.path on a mounted volume. Where losing it is fine, say store.ephemeral: true; a lost state looks like a first load.',
    })
  }
  return join(directory, basename(settings.path))
}

async function attachState<T>(
  settings: DuckdbStore,
  files: StateFiles,
  held: { prepare: (instance: Instance) => Promise<Preparation<T>>; lock: LockFile },
): Promise<{ instance: Instance; prepared: T }> {
  // Leftovers of a run that died. Never the state itself: nothing but DuckDB may open it.
  for (const file of leftovers(files)) await rm(file, { recursive: true, force: true })
  const database = await DuckDBInstance.create(':memory:', {
    threads: String(settings.threads),
    memory_limit: settings.memoryLimit,
    // Memory beside the limit: flush each row group as it fills, and hand freed memory back soon.
    write_buffer_row_group_count: '1',
    allocator_flush_threshold: '16MB',
    allocator_bulk_deallocation_flush_threshold: '64MB',
    temp_directory: files.spill,
    preserve_insertion_order: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  }).catch((thrown: unknown) => {
    throw storeError(thrown, 'DuckDB cannot start (store.memory_limit, store.threads)')
  })
  const admin = await database.connect()
  const connections = new Set<DuckDBConnection>()
  const shut = (): void => {
    // One connection left open would keep the file locked, and a second opening would not see what it does.
    for (const connection of [...connections, admin]) {
      connection.interrupt()
      connection.closeSync()
    }
    database.closeSync()
  }
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    // Detaching writes the log into the file, so that the next opening has nothing to replay.
    await admin.run(`detach ${ident(STATE_CATALOG)}`).catch(() => undefined)
    shut()
    for (const file of leftovers(files)) await rm(file, { recursive: true, force: true })
    await held.lock.release()
    openHere.delete(files.state)
  }
  const instance: Instance = {
    files,
    async connect() {
      const connection = await database.connect()
      connections.add(connection)
      return connection
    },
    close: () => {
      closing ??= close()
      return closing
    },
  }
  try {
    await attach(admin, files)
    const readable = await held.prepare(instance)
    await lockFiles(admin, readable)
    return { instance, prepared: readable.prepared }
  } catch (thrown) {
    shut()
    throw storeError(thrown, `the state file ${files.state}`)
  }
}

/** What DuckDB says of a file that holds something else. */
export const isNoDatabase = (thrown: unknown): boolean =>
  /not a valid DuckDB database file/.test(asError(thrown).message)

async function attach(admin: DuckDBConnection, files: StateFiles): Promise<void> {
  await admin.run(`set global TimeZone = 'UTC'`)
  // By a name's ending DuckDB would guess another format, and attach an empty database in memory in its place.
  const options = [
    'type duckdb',
    ...(existsSync(files.state) ? [] : [`storage_version '${STORAGE_VERSION}'`]),
  ]
  await admin
    .run(`attach ${literal(files.state)} as ${ident(STATE_CATALOG)} (${options.join(', ')})`)
    .catch((thrown: unknown) => {
      throw isNoDatabase(thrown)
        ? new WarehouseError(`the state file ${files.state} is not a DuckDB database`, {
            hint: 'Give store.path the name of a file that is not there yet, or of a ledger.',
          })
        : thrown
    })
  // In memory, spilling to the temporary directory: compressing candidates into a file costs more than reading them once.
  await admin.run(`attach ':memory:' as ${ident(SCRATCH_CATALOG)}`)
  await admin.run(`create schema ${ident(SCRATCH_CATALOG)}.${ident(CANDIDATE_SCHEMA)}`)
}

/** From here on SQL reads no file but those, and changes no setting. DuckDB's own files stay open to it. */
async function lockFiles(
  admin: DuckDBConnection,
  readable: Omit<Preparation<unknown>, 'prepared'>,
): Promise<void> {
  const list = (paths: readonly string[]): string => `[${paths.map(literal).join(', ')}]`
  await admin.run(`set allowed_paths = ${list(readable.files)}`)
  await admin.run(`set allowed_directories = ${list(readable.directories)}`)
  await admin.run('set enable_external_access = false')
  await admin.run('set lock_configuration = true')
}

function leftovers(files: StateFiles): string[] {
  return [files.spill, files.import]
}

/** What a connection does as a session; errors are told as those of the state. */
export function statementsOf(connection: DuckDBConnection, what: string): Statements {
  const told = async <T>(work: Promise<T>): Promise<T> =>
    work.catch((thrown: unknown) => {
      throw storeError(thrown, what)
    })
  const run = async (sql: string): Promise<void> => {
    await told(connection.run(sql))
  }
  return {
    run: async (sql) => (await told(connection.run(sql))).rowsChanged,
    rows: async (sql) => (await told(connection.runAndReadAll(sql))).getRowObjects().map(rowOf),
    begin: () => run('begin transaction'),
    commit: () => run('commit'),
    rollback: () => run('rollback'),
    close: async () => connection.closeSync(),
  }
}

function rowOf(values: Record<string, DuckDBValue>): Row {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, cellOf(value)]))
}

function cellOf(value: DuckDBValue): Cell {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : value.toString()
  }
  return value.toString()
}
