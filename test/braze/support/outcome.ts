// What a send came to: the plain success, or the BrazeError that it was rejected with.

import { BrazeError } from '../../../src/model/errors.ts'

export const ANSWERED = { kind: 'answered', refusals: [] }

export async function failure(promise: Promise<unknown>): Promise<BrazeError> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(thrown instanceof BrazeError)) throw new Error(`expected a BrazeError, got ${String(thrown)}`)
  return thrown
}
