// Decides which databases a project's settings mean, and opens a warehouse and its store together. The folder of a
// database, and the heavy package behind it, is loaded only when it is used.

import type { Project, StoreSettings, WarehouseSettings } from '../model/definition.ts'
import { WarehouseError } from '../model/errors.ts'
import type { Landing } from './landing.ts'
import type { Databases, Warehouse } from './port.ts'
import type { PostgresSettings } from './postgres/connection.ts'

/** Relative paths start in the project's directory; its name is shown by servers for our sessions. */
export type DatabaseSettings = Pick<Project, 'name' | 'directory' | 'warehouse' | 'store'>

type WarehouseOf<T extends WarehouseSettings['type']> = Extract<WarehouseSettings, { type: T }>
type StoreOf<T extends StoreSettings['type']> = Extract<StoreSettings, { type: T }>

/** @throws WarehouseError when one is out of reach, LeaseHeldError when another process has the state file. */
export async function openDatabases(settings: DatabaseSettings): Promise<Databases> {
  const { warehouse, store } = settings
  switch (warehouse.type) {
    case 'duckdb':
      if (store.type === 'duckdb') return duckdbBesideState(warehouse, store, settings)
      throw new WarehouseError('a DuckDB warehouse is only read; it cannot hold the ledger', {
        hint: 'Say store: { type: duckdb } in config/brazier.yaml, or leave store out.',
      })
    case 'postgres':
      return store.type === 'duckdb'
        ? postgresBesideState(warehouse, store, settings)
        : postgresAlone(warehouse, store, settings)
    case 'bigquery':
      return store.type === 'duckdb'
        ? bigqueryBesideState(warehouse, store, settings)
        : bigqueryAlone(warehouse, settings)
  }
}

async function duckdbBesideState(
  warehouse: WarehouseOf<'duckdb'>,
  store: StoreOf<'duckdb'>,
  { directory }: DatabaseSettings,
): Promise<Databases> {
  const [{ openInstance }, { prepareWarehouse }, { duckdbStore }] = await Promise.all([
    import('./duckdb/connection.ts'),
    import('./duckdb/warehouse.ts'),
    import('./duckdb/store.ts'),
  ])
  const { instance, prepared } = await openInstance(store, (opened) =>
    prepareWarehouse(opened, warehouse, directory),
  )
  return together(prepared, duckdbStore(instance, directory))
}

async function postgresBesideState(
  warehouse: WarehouseOf<'postgres'>,
  store: StoreOf<'duckdb'>,
  settings: DatabaseSettings,
): Promise<Databases> {
  const { openPostgresWarehouse } = await import('./postgres/warehouse.ts')
  return besideState(store, settings, (landing) =>
    openPostgresWarehouse(postgresSettings(warehouse, settings.name), { landing }),
  )
}

/** A warehouse elsewhere, whose candidates land in the state file. */
async function besideState(
  store: StoreOf<'duckdb'>,
  { directory }: DatabaseSettings,
  openWarehouse: (landing: Landing) => Promise<Warehouse>,
): Promise<Databases> {
  const [{ openInstance }, { duckdbStore }, { duckdbLanding }] = await Promise.all([
    import('./duckdb/connection.ts'),
    import('./duckdb/store.ts'),
    import('./duckdb/landing.ts'),
  ])
  const { instance, prepared: landing } = await openInstance(store, async (opened) => ({
    files: [opened.files.import],
    directories: [],
    prepared: await duckdbLanding(opened),
  }))
  try {
    return together(await openWarehouse(landing), duckdbStore(instance, directory))
  } catch (error) {
    await instance.close()
    throw error
  }
}

async function postgresAlone(
  warehouse: WarehouseOf<'postgres'>,
  store: StoreOf<'warehouse'>,
  { name }: DatabaseSettings,
): Promise<Databases> {
  const [{ openPostgresWarehouse }, { postgresStore }] = await Promise.all([
    import('./postgres/warehouse.ts'),
    import('./postgres/store.ts'),
  ])
  const settings = postgresSettings(warehouse, name)
  return together(
    await openPostgresWarehouse(settings, { schema: store.schema }),
    postgresStore(settings, store.schema),
  )
}

function postgresSettings(warehouse: WarehouseOf<'postgres'>, name: string): PostgresSettings {
  return { ...warehouse, applicationName: `brazier/${name}` }
}

async function bigqueryBesideState(
  warehouse: WarehouseOf<'bigquery'>,
  store: StoreOf<'duckdb'>,
  settings: DatabaseSettings,
): Promise<Databases> {
  const { openBigqueryWarehouse } = await import('./bigquery/warehouse.ts')
  return besideState(
    store,
    settings,
    async (landing) => (await openBigqueryWarehouse(warehouse, { name: settings.name, landing })).warehouse,
  )
}

async function bigqueryAlone(
  settings: WarehouseOf<'bigquery'>,
  { name }: DatabaseSettings,
): Promise<Databases> {
  const [{ openBigqueryWarehouse }, { bigqueryStore }] = await Promise.all([
    import('./bigquery/warehouse.ts'),
    import('./bigquery/store.ts'),
  ])
  const { warehouse, jobs } = await openBigqueryWarehouse(settings, { name })
  return together(warehouse, bigqueryStore(jobs, settings))
}

function together(warehouse: Databases['warehouse'], store: Databases['store']): Databases {
  return {
    warehouse,
    store,
    async close() {
      // The store goes last: it may be what the warehouse runs in. It goes even if the other cannot.
      await warehouse.close().finally(() => store.close())
    },
  }
}
