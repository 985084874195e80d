// Decides whether a job is there: sent under an id of ours, and looked up whenever the answer does not say.

import type { BigQuery, JobMetadata } from '@google-cloud/bigquery'
import { call } from './api.ts'
import { faultOf, JobError, mayAskAgain } from './job-error.ts'
import { answered, ask, mostTries, type Patience, waitFor } from './patience.ts'

export interface Engine extends Patience {
  readonly client: BigQuery
  readonly location: string
}

/** What a job says of itself. */
export const lookUp = (engine: Engine, id: string): Promise<JobMetadata> =>
  ask(engine, () =>
    call<JobMetadata>(
      engine.client,
      { method: 'GET', uri: `/jobs/${id}`, qs: { location: engine.location } },
      'status',
    ),
  )

/** A job that is there. `reply` is what BigQuery said when it took it, if we heard. */
export interface Begun {
  /** Ours, or one that somebody began before under the same id. */
  readonly how: 'ours' | 'found'
  readonly reply?: JobMetadata | undefined
}

/** `begin` asks BigQuery to begin the job of that id. @throws JobError when BigQuery refuses it. */
export async function submit(
  engine: Engine,
  id: string,
  begin: (id: string) => Promise<JobMetadata>,
): Promise<Begun> {
  const { clock } = engine
  for (let tries = 0; ; tries += 1) {
    try {
      return { how: 'ours', reply: answered(engine, await begin(id)) }
    } catch (thrown) {
      const fault = faultOf(thrown, id)
      if (fault.status === 409 || fault.reason === 'duplicate') return { how: tries === 0 ? 'found' : 'ours' }
      if (!mayAskAgain(fault) || tries >= mostTries(engine)) throw fault
    }
    await clock.sleep(waitFor(tries, clock))
    // The reply may have been lost, not the request. A job that we do not see yet would answer the next try with 409.
    if (await isThere(engine, id)) return { how: 'ours' }
  }
}

async function isThere(engine: Engine, id: string): Promise<boolean> {
  try {
    await lookUp(engine, id)
    return true
  } catch (thrown) {
    if (thrown instanceof JobError && thrown.reason === 'notFound') return false
    throw thrown
  }
}
