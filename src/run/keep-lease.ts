// Decides how a run holds on to its lease: takes it (or waits), renews it each third of its life, and knows by the
// monotonic clock whether one more request may still leave.

import { setTimeout as sleep } from 'node:timers/promises'
import { acquireLease, type Lease, releaseLease, renewLease } from '../ledger/lease.ts'
import { asError, LeaseHeldError, LeaseLostError } from '../model/errors.ts'
import { ledgerOn, type RunContext, withPurpose } from './context.ts'

export interface KeptLease {
  readonly lease: Lease
  /** Aborts with LeaseLostError when the lease is found lost. */
  readonly lost: AbortSignal
  /** Whether the lease outlives a request that leaves now. */
  mayLeave(): boolean
  /** Before a settle, which may take longer than a lease lives. @throws LeaseLostError when it is no longer ours. */
  extend(seconds: number): Promise<void>
  /** Asks the ledger: whoever was frozen does not know yet what the row says. */
  isOurs(): Promise<boolean>
  release(): Promise<void>
}

const WAIT_STEP_MS = 1_000

/** @throws LeaseHeldError when another run holds it (after waiting, if asked to). */
export async function keepLease(
  context: RunContext,
  options: { run: string; waitSeconds: number },
): Promise<KeptLease> {
  const { store } = context.databases
  const { project, workspace } = context.ledger.scope
  const certificate = await store.deathCertificate(`brazier lease ${project} ${workspace}`)
  const session = await store.session()
  const { ledger } = withPurpose(
    { ...context, ledger: ledgerOn(context, session) },
    { stage: 'lease', run: options.run },
  )
  const seconds =
    context.leaseSeconds ??
    Math.max(store.dialect.leaseSeconds, 3 * context.project.braze.requestTimeoutSeconds)
  const request = { run: options.run, place: context.place, certificate, seconds }
  try {
    const asked = context.monotonic()
    const { lease, at } = await acquire(
      context,
      () => acquireLease(ledger, request),
      asked + options.waitSeconds * 1000,
    )
    return startRenewing(context, {
      ledger,
      lease,
      at,
      seconds,
      done: async () => {
        await certificate?.release()
        await session.close()
      },
    })
  } catch (error) {
    await certificate?.release()
    await session.close()
    throw error
  }
}

async function acquire(
  context: RunContext,
  take: () => Promise<Lease>,
  until: number,
): Promise<{ lease: Lease; at: number }> {
  for (;;) {
    const at = context.monotonic()
    try {
      return { lease: await take(), at }
    } catch (error) {
      if (!(error instanceof LeaseHeldError) || context.monotonic() >= until) throw error
      await sleep(WAIT_STEP_MS, undefined, { signal: context.stop })
    }
  }
}

interface Renewing {
  readonly ledger: RunContext['ledger']
  readonly lease: Lease
  /** When the lease was asked for: its life counts from before the store's clock saw it, never from after. */
  readonly at: number
  readonly seconds: number
  readonly done: () => Promise<void>
}

function startRenewing(context: RunContext, { ledger, lease, at, seconds: life, done }: Renewing): KeptLease {
  const lost = new AbortController()
  const requestMs = context.project.braze.requestTimeoutSeconds * 1000
  let until = at + life * 1000
  const renew = async (seconds: number): Promise<boolean> => {
    const asked = context.monotonic()
    if (await renewLease(ledger, lease, seconds)) until = asked + seconds * 1000
    else
      lost.abort(
        new LeaseLostError('the lease was lost', { hint: 'Another run has taken over; it does the rest.' }),
      )
    return !lost.signal.aborted
  }
  let renewing: Promise<unknown> = Promise.resolve()
  const timer = setInterval(
    () => {
      // Never shorter than what a settle has asked for: its transaction locks the row, and later renewals out.
      const granted = (until - context.monotonic()) / 1000
      renewing = renew(Math.max(life, granted)).catch((error: unknown) =>
        context.log.warn('lease.renewal_failed', { reason: asError(error).message }),
      )
    },
    (life * 1000) / 3,
  )
  timer.unref()
  return {
    lease,
    lost: lost.signal,
    mayLeave: () => !lost.signal.aborted && context.monotonic() + requestMs < until,
    extend: async (seconds) => {
      if (!(await renew(seconds))) throw lost.signal.reason
    },
    isOurs: () => renew(life),
    release: async () => {
      clearInterval(timer)
      await renewing
      await releaseLease(ledger, lease).catch((error: unknown) =>
        context.log.warn('lease.release_failed', { reason: asError(error).message }),
      )
      await done()
    },
  }
}
