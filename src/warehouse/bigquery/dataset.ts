// Decides that our dataset is there, in the right place. Asking for it first needs no right to create one.

import { call } from './api.ts'
import { faultOf, JobError } from './job-error.ts'
import { ask } from './patience.ts'
import type { Engine } from './submit.ts'

interface Found {
  readonly datasetReference: object
  readonly location?: string
}

/** @throws JobError `notFound` when it may not be made, `wrongLocation` when it lies elsewhere. */
export async function makeDataset(engine: Engine, name: string): Promise<void> {
  const { client, location } = engine
  const uri = '/datasets'
  const get = { method: 'GET', uri: `${uri}/${name}` } as const
  const json = { datasetReference: { projectId: client.projectId, datasetId: name }, location }
  try {
    const { location: found } = await ask(engine, () => call<Found>(client, get, 'datasetReference'))
    if (found !== undefined && found.toLowerCase() !== location.toLowerCase())
      throw new JobError({
        reason: 'wrongLocation',
        message: `dataset ${name} is in ${found}, not in ${location}`,
      })
  } catch (thrown) {
    const fault = faultOf(thrown)
    if (fault.reason !== 'notFound') throw fault
    await ask(engine, () => call<Found>(client, { method: 'POST', uri, json }, 'datasetReference')).catch(
      (refused: unknown) => {
        // Two first runs at once, or a lost reply: it is there.
        if (faultOf(refused).status !== 409 && faultOf(refused).reason !== 'duplicate') throw refused
      },
    )
  }
}
