// Decides how something is posted to somebody else's address: a few tries, little time, and an error that never names the
// address, which may be a secret.

import { setTimeout as sleep } from 'node:timers/promises'

export interface Post {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Ends all tries. */
  readonly signal: AbortSignal
}

const TRIES = 3
const TRY_MS = 4000
const PAUSE_MS = 500

/** What the other side said, or did not. */
export class PostError extends Error {
  /** Whether another try may do better. */
  readonly mayPass: boolean

  constructor(reason: string, mayPass: boolean) {
    super(reason)
    this.mayPass = mayPass
  }
}

/** @throws PostError */
export async function post(request: Post): Promise<void> {
  for (let left = TRIES - 1; ; left -= 1) {
    try {
      await once(request)
      return
    } catch (error) {
      const fault = error instanceof PostError ? error : new PostError(codeOf(error), true)
      if (!fault.mayPass || left === 0 || request.signal.aborted) throw fault
    }
    await sleep(PAUSE_MS, undefined, { signal: request.signal }).catch(() => undefined)
  }
}

async function once({ url, headers, body, signal }: Post): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers,
    body,
    // Another place than the one that was configured is told nothing.
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(TRY_MS)]),
  })
  await answer.body?.cancel()
  if (answer.ok) return
  throw new PostError(`HTTP ${answer.status}`, answer.status === 429 || answer.status >= 500)
}

/** The system's code; the words of an error hold the address. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer'
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer in time'
  if ('code' in error && typeof error.code === 'string') return error.code
  return error.cause === undefined ? 'no connection' : codeOf(error.cause)
}
