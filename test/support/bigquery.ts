// Decides how a test file gets a BigQuery to itself: datasets of its own, which are gone when the file is done. Importing it
// starts the emulator; without one, its tests are skipped, except in CI, where that is a failure.

import { randomBytes } from 'node:crypto'
import { afterAll, describe, inject } from 'vitest'
import type { BigQuerySettings, Jobs } from '../../src/warehouse/bigquery/jobs.ts'
import { openJobs } from '../../src/warehouse/bigquery/open-jobs.ts'
import type { Row } from '../../src/warehouse/port.ts'
import type { Answer } from './bigquery-server.ts'

const answer = (await (await fetch(inject('bigqueryDesk'))).json()) as Answer
if ('missing' in answer && process.env.CI) throw new Error(`no BigQuery: ${answer.missing}`)

export const hasBigquery = !('missing' in answer)

/** `describe`, where there is a BigQuery. */
export const describeBigquery = describe.skipIf(!hasBigquery)

export interface TestDataset {
  readonly name: string
  readonly settings: BigQuerySettings
  readonly jobs: Jobs
  /** Runs one query, whose names without a dataset are looked up here. */
  query(sql: string): Promise<Row[]>
}

const opened: TestDataset[] = []

// Registered when a test file imports this, since a hook cannot register another one.
afterAll(async () => {
  for (const { name, jobs } of opened.splice(0)) {
    await jobs.run(`drop schema if exists \`${name}\` cascade`, { stage: 'test' }).catch(() => undefined)
    await jobs.close()
  }
})

/** Settings of a BigQuery; the real one, if that is meant, bills no more than this per statement. */
export function bigquerySettings(): BigQuerySettings {
  if ('missing' in answer) throw new Error(`no BigQuery: ${answer.missing}`)
  return { name: 'shop', maxBytesBilled: 10 * 1024 ** 3, timeout: 120, ...answer }
}

export async function createDataset(): Promise<TestDataset> {
  const settings = bigquerySettings()
  const name = `brazier_test_${randomBytes(6).toString('hex')}`
  const jobs = await openJobs(settings)
  await jobs.makeDataset(name)
  const query = (sql: string) => jobs.rows(sql, { stage: 'test', dataset: name })
  const dataset = { name, settings, jobs, query }
  opened.push(dataset)
  return dataset
}
