// Decides what every statement of ours carries (labels, place, budget, time limit, time zone), and sends it through
// jobs.insert.

import type { BigQuery, JobMetadata } from '@google-cloud/bigquery'
import { call } from './api.ts'
import { labels } from './job-id.ts'
import type { About, BigQuerySettings } from './jobs.ts'

type Configuration = NonNullable<JobMetadata['configuration']>

export function configurationOf(settings: BigQuerySettings, sql: string, about: About): Configuration {
  const { project, name, maxBytesBilled, timeout } = settings
  const { dataset } = about
  return {
    labels: labels({ ...about, name }),
    jobTimeoutMs: String(timeout * 1000),
    query: {
      query: sql,
      useLegacySql: false,
      maximumBytesBilled: String(maxBytesBilled),
      connectionProperties: [{ key: 'time_zone', value: 'UTC' }],
      ...(dataset === undefined ? {} : { defaultDataset: { projectId: project, datasetId: dataset } }),
    },
  }
}

/** Nothing runs: the bytes are what is asked for, so there is no budget, and no cache that would make them 0. */
export function asDryRun({ query, ...rest }: Configuration): Configuration {
  const { maximumBytesBilled: _, ...asked } = query ?? {}
  return { ...rest, dryRun: true, query: { ...asked, useQueryCache: false } }
}

/** @throws JobError, or what the client throws when BigQuery says no. */
export async function insert(
  client: BigQuery,
  configuration: Configuration,
  reference: { readonly location: string; readonly jobId?: string },
): Promise<JobMetadata> {
  const json = { configuration, jobReference: { projectId: client.projectId, ...reference } }
  return await call<JobMetadata>(client, { method: 'POST', uri: '/jobs', json }, 'status')
}
