// Decides what a query costs, and whether we may do what a run does: by dry runs, which cost nothing and change nothing.

import type { QueryCost, Standing } from '../port.ts'
import { ident } from './dialect.ts'
import { JobError } from './job-error.ts'
import type { Jobs } from './jobs.ts'
import { grantFor } from './permission.ts'

const TIB = 1024 ** 4
/** BigQuery bills no less for a query that reads anything ("Pricing"). */
const LEAST_BILLED = 10 * 1024 ** 2

export interface Prices {
  readonly pricePerTib: number
  /** Bytes that one statement may bill. */
  readonly maxBytesBilled: number
}

export function costOf(bytes: number, { pricePerTib, maxBytesBilled }: Prices): QueryCost {
  const billed = bytes === 0 ? 0 : Math.max(LEAST_BILLED, bytes)
  return { bytes, price: (billed / TIB) * pricePerTib, limit: maxBytesBilled }
}

/** What a run needs to do in our dataset, by the statement that needs it. */
export async function standing(
  jobs: Jobs,
  { project, dataset }: { readonly project: string; readonly dataset: string },
): Promise<Standing> {
  const place = `${ident(project)}.${ident(dataset)}`
  const statements = [
    `create or replace table ${place}.brazier_probe as select 1 as one`,
    // Of a ledger that is there already.
    `delete from ${place}.migrations where false`,
  ]
  const refusals: string[] = []
  const notes: string[] = []
  for (const sql of statements) {
    const fault = await jobs.dryRun(sql).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    if (fault === undefined) continue
    if (!(fault instanceof JobError)) throw fault
    if (fault.reason === 'accessDenied') refusals.push(`dataset ${dataset}: ${grantFor(fault.message)}`)
    else if (fault.reason !== 'notFound') throw fault
    else if (/dataset/i.test(fault.message)) notes.push(missing(dataset))
  }
  return { refusals: [...new Set(refusals)], notes: [...new Set(notes)] }
}

const missing = (dataset: string): string =>
  `the dataset ${dataset} is not there yet: the first run makes it, for which our account needs bigquery.datasets.create (roles/bigquery.user)`
