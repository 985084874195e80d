// Decides how the results of a job are asked for: raw, so that nothing of a row is decoded that nobody looks at.

import type { TableField, TableRow } from '@google-cloud/bigquery'
import { call } from './api.ts'
import type { Engine } from './submit.ts'

export interface ResultsReply {
  readonly jobComplete: boolean
  readonly totalRows?: string
  readonly schema?: { readonly fields?: TableField[] }
  readonly rows?: readonly TableRow[]
  readonly pageToken?: string
  readonly errors?: readonly { readonly reason?: string; readonly message?: string }[]
}

/** The server waits for up to ten seconds before it says that a job is not complete. */
export async function results(
  { client, location }: Pick<Engine, 'client' | 'location'>,
  id: string,
  which: { readonly maxResults: number; readonly pageToken?: string },
): Promise<ResultsReply> {
  const qs = { location, 'formatOptions.useInt64Timestamp': 'true', ...which }
  return await call<ResultsReply>(client, { method: 'GET', uri: `/queries/${id}`, qs }, 'jobComplete')
}
