// Decides how the rooms of this folder work together as the port that a run sees: one gate and one pool for all
// batches, and an end to the sending when Braze's replies stop making sense.

import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import type { BrazeSettings } from '../model/definition.ts'
import { BrazeError } from '../model/errors.ts'
import type { Log } from '../model/log.ts'
import { type Trip, UnknownOutcome, type Wire } from './ask.ts'
import { type Clock, Gate } from './gate.ts'
import type { Batch, BatchOutcome, Braze, SendOptions } from './port.ts'
import { durationText } from './retry.ts'
import { sendBatch } from './send-batch.ts'
import { openTransport } from './transport.ts'

export interface BrazeDeps {
  readonly log: Log
  /** Of Brazier; goes into the user-agent. */
  readonly version: string
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number
  /** Milliseconds since 1970. */
  readonly wallNow?: () => number
  /** In [0, 1). */
  readonly random?: () => number
  /** `now` must have moved on when it resolves; may reject when the signal aborts. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>
}

/** Batches in a row whose replies are not understood before we stop. */
const MAX_PUZZLED_BATCHES = 10

export function openBraze(settings: BrazeSettings, deps: BrazeDeps): Braze {
  const statuses: Record<number, number> = {}
  let requests = 0
  let puzzled = 0
  const wire = openWire(settings, deps, (status) => {
    requests++
    statuses[status] = (statuses[status] ?? 0) + 1
  })

  const deliver = async (batch: Batch, trip: Trip): Promise<BatchOutcome> => {
    try {
      const refusals = await sendBatch(wire, batch, trip)
      puzzled = 0
      return { kind: 'answered', refusals }
    } catch (error) {
      if (!(error instanceof UnknownOutcome)) throw error
      if (error.isPuzzle && ++puzzled >= MAX_PUZZLED_BATCHES) throw senseless(wire, error)
      return { kind: 'unknown', reason: error.message }
    }
  }

  return {
    async send(batch: Batch, options: SendOptions): Promise<BatchOutcome> {
      const trip: Trip = { ...options, mayHaveArrived: false }
      try {
        return await deliver(batch, trip)
      } catch (error) {
        if (options.signal.aborted && error === options.signal.reason) throw stopped(wire, error, trip)
        throw error instanceof BrazeError && trip.mayHaveArrived ? arrived(error) : error
      }
    },
    stats: () => ({
      requests,
      statuses: { ...statuses },
      pace: wire.gate.rate,
      throttled: wire.gate.throttled,
    }),
    async close() {
      wire.gate.close(new BrazeError('The connection to Braze was closed by us'))
      await wire.transport.close()
    },
  }
}

function openWire(settings: BrazeSettings, deps: BrazeDeps, count: (status: number) => void): Wire {
  const { endpoint, maxConnections: connections, requestTimeoutSeconds } = settings
  const apiKey = usableKey(settings.apiKey)
  const clock: Clock = {
    now: deps.now ?? (() => performance.now()),
    random: deps.random ?? Math.random,
    sleep: deps.sleep ?? ((ms, signal) => delay(ms, undefined, { signal })),
  }
  return {
    gate: new Gate(settings, clock),
    transport: openTransport({
      endpoint,
      apiKey,
      connections,
      version: deps.version,
      timeoutMs: requestTimeoutSeconds * 1000,
    }),
    clock,
    wallNow: deps.wallNow ?? Date.now,
    log: deps.log,
    host: new URL(endpoint).host,
    secret: apiKey,
    giveUpMs: settings.giveUpAfterSeconds * 1000,
    count,
  }
}

function usableKey(apiKey: string | undefined): string {
  if (apiKey === undefined || apiKey === '') {
    throw new BrazeError('There is no API key for Braze', {
      hint: 'Set braze.api_key in config/brazier.yaml.',
    })
  }
  if (/^[\x21-\x7e]+$/.test(apiKey)) return apiKey
  throw new BrazeError('The API key for Braze holds a blank or a character that no header may carry', {
    hint: 'Check braze.api_key: often a line break was copied along.',
  })
}

function senseless(wire: Wire, last: UnknownOutcome): BrazeError {
  return new BrazeError(
    `Braze's replies are not understood, ${MAX_PUZZLED_BATCHES} batches in a row: ${last.message}`,
    { hint: `Is something between us? A proxy or a login page may answer in place of ${wire.host}.` },
  )
}

/** What a batch is given back with once we are told to stop: a wait for Braze is no fault of its own, an outage is. */
function stopped(wire: Wire, reason: unknown, { mayHaveArrived }: Trip): unknown {
  const { outage } = wire.gate
  if (outage !== undefined) {
    const lasted = durationText(outage.lastedMs)
    return new BrazeError(
      `Braze at ${wire.host} gave no usable answer for ${lasted} when sending was stopped (${outage.failures} requests failed)`,
      { hint: 'Check the network and the status of your Braze cluster.', mayHaveArrived },
    )
  }
  return mayHaveArrived
    ? new BrazeError('Stopped before Braze gave a usable answer', { cause: reason, mayHaveArrived })
    : reason
}

/** The same error for a batch of which Braze may have taken something. */
function arrived(error: BrazeError): BrazeError {
  const hint = error.hint === undefined ? {} : { hint: error.hint }
  return new BrazeError(error.message, { ...hint, cause: error, mayHaveArrived: true })
}
