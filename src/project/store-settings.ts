// Decides where the ledger lives: a schema (dataset) in the warehouse, or a DuckDB file; keys of the one are refused for the other.

import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import type { Config } from '../model/config-schema.ts'
import type { StoreSettings, WarehouseSettings } from '../model/definition.ts'
import type { ProblemReport } from './problem-report.ts'
import type { Resolving } from './settings.ts'

const DEFAULT_SCHEMA = 'brazier'
const DEFAULT_STATE_FILE = 'state/brazier.duckdb'

type StoreConfig = NonNullable<Config['store']>

function storeInWarehouse(
  config: StoreConfig,
  warehouse: WarehouseSettings | undefined,
  report: ProblemReport,
): StoreSettings {
  for (const key of ['path', 'memory_limit', 'threads', 'ephemeral'] as const) {
    if (config[key] === undefined) continue
    report.add(['store', key], {
      message: 'is for a store of type duckdb',
      hint: 'Add type: duckdb, or remove the key.',
    })
  }
  if (warehouse?.type === 'bigquery') {
    if (config.schema !== undefined) {
      report.add(['store', 'schema'], {
        message: 'is for Postgres',
        hint: 'The dataset of our own is named by warehouse.dataset.',
      })
    }
    return { type: 'warehouse', schema: warehouse.dataset }
  }
  if (warehouse?.type === 'duckdb') {
    report.add(['store', 'type'], {
      message: 'must be duckdb, since a DuckDB warehouse is only read',
      hint: `Remove the section: the ledger then lives in ${DEFAULT_STATE_FILE}.`,
    })
  }
  return { type: 'warehouse', schema: config.schema ?? DEFAULT_SCHEMA }
}

function storeInFile(config: StoreConfig, { directory, report }: Resolving): StoreSettings {
  if (config.schema !== undefined) {
    report.add(['store', 'schema'], {
      message: 'is for a store in the warehouse',
      hint: 'Remove the schema, or the type.',
    })
  }
  if (config.path === ':memory:') {
    report.add(['store', 'path'], {
      message: 'must be a file: a ledger in memory is lost after every run',
      hint: `Leave it out: the default is ${DEFAULT_STATE_FILE}.`,
    })
  }
  return {
    type: 'duckdb',
    path: resolve(directory, config.path ?? DEFAULT_STATE_FILE),
    memoryLimit: config.memory_limit ?? '448MB',
    // Each thread wants its share of the memory limit; more than a few would starve each other.
    threads: config.threads ?? Math.min(4, availableParallelism()),
    ephemeral: config.ephemeral ?? false,
  }
}

export function resolveStore(
  config: StoreConfig,
  warehouse: WarehouseSettings | undefined,
  resolving: Resolving,
): StoreSettings {
  const isInFile = (config.type ?? (config.schema === undefined ? warehouse?.type : undefined)) === 'duckdb'
  if (!isInFile) return storeInWarehouse(config, warehouse, resolving.report)
  const store = storeInFile(config, resolving)
  if (warehouse?.type === 'duckdb' && store.type === 'duckdb' && warehouse.path === store.path) {
    resolving.report.add(['store', 'path'], {
      message: 'must not be the file of the warehouse, which is only read',
      hint: `Leave it out: the default is ${DEFAULT_STATE_FILE}.`,
    })
  }
  return store
}
