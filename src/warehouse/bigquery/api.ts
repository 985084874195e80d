// Decides how one request to BigQuery's REST API is made: by Google's client, which knows the credentials, but not by its
// calls for jobs, since an answer that makes no sense makes those end the process.

import type { BigQuery } from '@google-cloud/bigquery'
import { JobError } from './job-error.ts'

interface ApiRequest {
  readonly method: 'GET' | 'POST'
  /** Below the project, such as `/jobs/ID`. */
  readonly uri: string
  readonly qs?: Readonly<Record<string, string | number>>
  readonly json?: object
}

/** An answer that is no object, or without a key that every such answer has, is as good as none. */
export async function call<T extends object>(
  client: BigQuery,
  request: ApiRequest,
  required: keyof T & string,
): Promise<T> {
  const body = await new Promise<unknown>((resolve, reject) => {
    client.request({ ...request }, (error, reply) => (error ? reject(error) : resolve(reply)))
  })
  if (hasKey<T>(body, required)) return body
  // From a proxy on the way, for one.
  throw new JobError({ reason: 'unreachable', message: 'the answer is not one of BigQuery' })
}

const hasKey = <T extends object>(body: unknown, key: string): body is T =>
  typeof body === 'object' && body !== null && key in body
