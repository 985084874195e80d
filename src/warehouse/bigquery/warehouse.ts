// Decides how the author's SQL runs in BigQuery: proved to be one SELECT, its rows kept by CREATE TABLE AS in the ledger's
// dataset, or copied to a file for the store that lives elsewhere.

import type { BigQueryWarehouse } from '../../model/definition.ts'
import type { Landing } from '../landing.ts'
import type { CandidateQuery, Warehouse } from '../port.ts'
import { copyToFile } from './copy.ts'
import { costOf } from './cost.ts'
import { describe } from './describe.ts'
import { bigqueryDialect, bigquerySource, ident } from './dialect.ts'
import { authorError, storeError } from './error-text.ts'
import type { About, Jobs } from './jobs.ts'
import { openJobs } from './open-jobs.ts'

/** Hours after which BigQuery drops the candidates of a run that died. */
const CANDIDATE_HOURS = 48

export interface OpenedWarehouse {
  readonly warehouse: Warehouse
  /** The same door, for the store. */
  readonly jobs: Jobs
}

/** `landing` takes the candidates to another database; without it they stay in the ledger's dataset. */
export async function openBigqueryWarehouse(
  settings: BigQueryWarehouse,
  { name, landing }: { readonly name: string; readonly landing?: Landing },
): Promise<OpenedWarehouse> {
  const jobs = await openJobs({ ...settings, name }).catch((thrown: unknown) => {
    throw storeError(thrown, 'the warehouse')
  })
  return { jobs, warehouse: warehouseOf(jobs, settings, landing) }
}

function warehouseOf(jobs: Jobs, settings: BigQueryWarehouse, landing: Landing | undefined): Warehouse {
  const { defaultDataset } = settings
  const home = defaultDataset === undefined ? {} : { dataset: defaultDataset }
  let stopping = new AbortController()
  const asked = <T>(work: (about: Pick<About, 'dataset' | 'signal'>) => Promise<T>): Promise<T> =>
    work({ ...home, signal: stopping.signal })
  return {
    dialect: bigquerySource,
    concurrency: settings.concurrency,
    columns: (sql) => asked((about) => describe(jobs, sql, about)),
    candidates: (query) =>
      asked((about) => fill(jobs, query, { settings, landing, about })).catch((thrown: unknown) => {
        // Its lines are those of the whole select, not of the author's file.
        throw authorError(thrown, {})
      }),
    async cost(sql) {
      const { bytes } = await asked((about) => jobs.dryRun(sql, about)).catch((thrown: unknown) => {
        throw authorError(thrown, { linesBefore: 0 })
      })
      return costOf(bytes, settings)
    },
    sourceTime: async () => null,
    canWriteElsewhere: async () => false,
    async cancel() {
      // Only what reads: the ledger's own statements settle the run that is told to stop.
      stopping.abort()
      stopping = new AbortController()
    },
    close: () => jobs.close(),
  }
}

interface Fill {
  readonly settings: BigQueryWarehouse
  readonly landing: Landing | undefined
  readonly about: Pick<About, 'dataset' | 'signal'>
}

async function fill(jobs: Jobs, query: CandidateQuery, { settings, landing, about }: Fill): Promise<void> {
  const labelled = { ...about, stage: 'candidates', sync: query.sync, run: query.run }
  if (landing !== undefined) {
    const { table, columns } = query
    return landing.load({ table, columns }, (path) => copyToFile(jobs, query, { path, about: labelled }))
  }
  const table = bigqueryDialect(settings).candidateTable(query.table)
  const [key] = query.columns
  const cluster = key?.kind === 'text' ? ` cluster by ${ident(key.name)}` : ''
  const expiry = `timestamp_add(current_timestamp(), interval ${CANDIDATE_HOURS} hour)`
  await jobs.run(
    `create or replace table ${table}${cluster} options(expiration_timestamp = ${expiry}) as\n${query.select}`,
    labelled,
  )
}
