// Decides when a job is done, and how it ended: what the job itself says, never what the absence of rows might mean.

import type { JobMetadata } from '@google-cloud/bigquery'
import { call } from './api.ts'
import { faultOfJob, JobError } from './job-error.ts'
import type { JobDone, TableName } from './jobs.ts'
import { results } from './results.ts'
import { type Engine, lookUp } from './submit.ts'

/** Between two looks at a job, unless the server itself made us wait. */
const FLOOR_MS = 1000

export interface Waiting {
  readonly id: string
  /** What BigQuery said when it took the job: a short one may be done already. */
  readonly reply?: JobMetadata | undefined
  /** A load job has no results to wait for. */
  readonly kind: 'query' | 'load'
  /** Moment of the monotonic clock after which nobody waits any longer. */
  readonly until: number
  readonly signal: AbortSignal
}

/** @throws JobError when the job failed, or took too long: then it is cancelled. */
export async function outcome(engine: Engine, waiting: Waiting): Promise<JobDone> {
  const { id, signal, until, kind, reply } = waiting
  const { clock } = engine
  if (reply?.status?.state === 'DONE') return done(reply.jobReference?.jobId ?? id, reply)
  for (let looks = 0; !signal.aborted; looks += 1) {
    const began = clock.monotonic()
    // A server that answers "not yet" has waited some seconds for us.
    if (kind === 'load' || (await mayBeDone(engine, id))) {
      const job = await lookUp(engine, id)
      if (job.status?.state === 'DONE') return done(id, job)
    }
    if (clock.monotonic() > until) {
      await cancel(engine, id)
      throw new JobError({ reason: 'timeout', message: 'it took too long', jobId: id })
    }
    const floor = kind === 'load' ? FLOOR_MS * Math.min(1, (looks + 1) / 10) : FLOOR_MS
    await clock.sleep(Math.max(0, floor - (clock.monotonic() - began)))
  }
  throw new JobError({ reason: 'stopped', message: 'it was stopped', jobId: id })
}

/** Asked once: what goes wrong here, or went wrong with the job, the job itself tells better. */
async function mayBeDone(engine: Engine, id: string): Promise<boolean> {
  try {
    return (await results(engine, id, { maxResults: 0 })).jobComplete
  } catch {
    return true
  }
}

/** Nothing is lost when the answer does not come: the job ends by its own time limit. */
export async function cancel(engine: Engine, id: string): Promise<void> {
  const { client, location } = engine
  const request = { method: 'POST', uri: `/jobs/${id}/cancel`, qs: { location } } as const
  await call(client, request, 'job').catch(() => undefined)
}

function done(id: string, job: JobMetadata): JobDone {
  const { status, statistics } = job
  const fault = status?.errorResult ?? status?.errors?.[0]
  if (fault) throw faultOfJob(fault, id)
  const query = statistics?.query
  return {
    jobId: id,
    touched: Number(query?.numDmlAffectedRows ?? statistics?.load?.outputRows ?? 0),
    statementType: query?.statementType ?? (job.configuration?.load ? 'LOAD' : ''),
    bytesBilled: Number(query?.totalBytesBilled ?? 0),
    destination: tableName(query?.ddlTargetTable ?? job.configuration?.query?.destinationTable),
  }
}

function tableName(
  table: { projectId?: string; datasetId?: string; tableId?: string } | undefined,
): TableName | undefined {
  if (table?.projectId === undefined || table.datasetId === undefined || table.tableId === undefined)
    return undefined
  return { project: table.projectId, dataset: table.datasetId, table: table.tableId }
}
