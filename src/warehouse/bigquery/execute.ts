// Decides that a statement takes effect once: one job after another under ids of their own, the next one only when the
// last had no effect and the reason may pass; cancelled when somebody says so.

import type { JobMetadata } from '@google-cloud/bigquery'
import { JobError, mayRunAgain } from './job-error.ts'
import { type JobPurpose, jobId } from './job-id.ts'
import type { JobDone } from './jobs.ts'
import { cancel, outcome } from './outcome.ts'
import { waitFor } from './patience.ts'
import { type Engine, submit } from './submit.ts'

export interface Work {
  readonly purpose: JobPurpose
  readonly kind: 'query' | 'load'
  /** Seconds for one job. */
  readonly timeout: number
  /** Asks BigQuery to begin the job of that id. */
  begin(id: string): Promise<JobMetadata>
}

/** A busy table lets a statement through after a few. */
const MOST_ATTEMPTS = 10
/** Beyond what BigQuery itself grants a job. */
const GRACE_SECONDS = 60

/** @throws JobError of the last job. */
export async function execute(engine: Engine, work: Work, signal: AbortSignal): Promise<JobDone> {
  for (let attempt = 0, ours = 0; ; attempt += 1) {
    const id = jobId(work.purpose, attempt)
    const { fault, result, how } = await once(engine, { work, id, signal })
    if (result !== undefined) return result
    // Somebody's job failed before; whether ours does is another question.
    if (how === 'found' && attempt < MOST_ATTEMPTS * 2) continue
    ours += 1
    if (!mayRunAgain(fault) || ours >= MOST_ATTEMPTS) throw fault
    await engine.clock.sleep(waitFor(ours, engine.clock))
  }
}

type Ended =
  | { readonly how: 'ours' | 'found'; readonly result: JobDone; readonly fault?: never }
  | { readonly how: 'ours' | 'found'; readonly result?: never; readonly fault: JobError }

async function once(
  engine: Engine,
  { work, id, signal }: { work: Work; id: string; signal: AbortSignal },
): Promise<Ended> {
  const stopped = new JobError({ reason: 'stopped', message: 'it was stopped', jobId: id })
  if (signal.aborted) throw stopped
  const stop = Promise.withResolvers<never>()
  const onAbort = (): void => {
    // Whoever stops us waits until BigQuery knows.
    void cancel(engine, id).finally(() => stop.reject(stopped))
  }
  signal.addEventListener('abort', onAbort, { once: true })
  const job = begunAndEnded(engine, { work, id, signal })
  try {
    return await Promise.race([job, stop.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
    stop.promise.catch(() => undefined)
    job.catch(() => undefined)
  }
}

async function begunAndEnded(
  engine: Engine,
  { work, id, signal }: { work: Work; id: string; signal: AbortSignal },
): Promise<Ended> {
  const { how, reply } = await submit(engine, id, work.begin)
  // The request was on its way when we were stopped, and the job began after it was cancelled.
  if (signal.aborted) await cancel(engine, id)
  const until = engine.clock.monotonic() + (work.timeout + GRACE_SECONDS) * 1000
  try {
    return { how, result: await outcome(engine, { id, reply, kind: work.kind, until, signal }) }
  } catch (thrown) {
    // A job that somebody else stopped has failed like any other.
    if (thrown instanceof JobError && !signal.aborted) return { how, fault: thrown }
    throw thrown
  }
}
