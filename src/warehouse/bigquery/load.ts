// Decides how rows are uploaded: as the body of one load job, which is free and all or nothing.

import type { BigQuery, JobMetadata } from '@google-cloud/bigquery'
import { faultOfReply } from './job-error.ts'
import type { TableName } from './jobs.ts'

export interface Upload {
  readonly project: string
  readonly location: string
  readonly labels: Readonly<Record<string, string>>
  readonly timeout: number
  readonly table: TableName
  readonly ndjson: string
}

const BOUNDARY = 'brazier-part-of-this-upload'
const UPLOAD_TIMEOUT_MS = 300_000

/** The client's own upload cannot say labels. @throws JobError or what the client throws. */
export async function upload(client: BigQuery, jobId: string, load: Upload): Promise<JobMetadata> {
  const { project, location, labels, timeout, table, ndjson } = load
  const job = {
    jobReference: { projectId: project, location, jobId },
    configuration: {
      labels,
      jobTimeoutMs: String(timeout * 1000),
      load: {
        destinationTable: { projectId: table.project, datasetId: table.dataset, tableId: table.table },
        sourceFormat: 'NEWLINE_DELIMITED_JSON',
        createDisposition: 'CREATE_NEVER',
        writeDisposition: 'WRITE_APPEND',
        maxBadRecords: 0,
      },
    },
  }
  const reply = await client.authClient.request<JobMetadata>({
    method: 'POST',
    url: `${client.apiEndpoint}/upload/bigquery/v2/projects/${project}/jobs?uploadType=multipart`,
    headers: { 'content-type': `multipart/related; boundary=${BOUNDARY}` },
    body: [
      `--${BOUNDARY}\r\ncontent-type: application/json; charset=UTF-8\r\n\r\n${JSON.stringify(job)}\r\n`,
      `--${BOUNDARY}\r\ncontent-type: application/octet-stream\r\n\r\n${ndjson}\r\n--${BOUNDARY}--\r\n`,
    ].join(''),
    responseType: 'json',
    timeout: UPLOAD_TIMEOUT_MS,
    retry: false,
    validateStatus: () => true,
  })
  if (reply.status < 200 || reply.status > 299) throw faultOfReply(reply.status, reply.data, jobId)
  return reply.data
}
