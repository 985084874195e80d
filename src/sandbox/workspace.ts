// Decides what makes up one emulated Braze workspace: everything that a request may read or change.

import type { Workbench } from './apply-attributes.ts'
import { ApplyQueue } from './apply-queue.ts'
import { FaultBook } from './fault-book.ts'
import { InFlight } from './in-flight.ts'
import { Meter } from './meter.ts'
import type { Settings } from './options.ts'
import { ProfileStore } from './profile-store.ts'
import type { RateState } from './rate-limit.ts'
import { RequestLog } from './request-log.ts'
import type { Permission } from './transport.ts'

export interface Workspace {
  readonly settings: Settings
  readonly bench: Workbench
  readonly log: RequestLog
  readonly faults: FaultBook
  readonly inFlight: InFlight
  readonly queue: ApplyQueue
  readonly rates: Map<Permission, RateState>
  /** Aborts when the sandbox closes: whoever waits, stops. */
  readonly closing: AbortSignal
}

export function openWorkspace(settings: Settings, closing: AbortSignal): Workspace {
  const { arrayMax, forced, blockedAttributes, blockedEvents } = settings
  return {
    settings,
    bench: {
      store: new ProfileStore(),
      meter: new Meter(),
      arrayMax,
      forced,
      blockedAttributes,
      blockedEvents,
      known: new Map(),
    },
    log: new RequestLog(),
    faults: new FaultBook(),
    inFlight: new InFlight(),
    queue: new ApplyQueue(settings.applyDelay, settings.seed),
    rates: new Map(),
    closing,
  }
}

/** As new: no profiles, no counts, no faults, the whole rate limit. Requests under way are let go and go on. */
export function resetWorkspace(workspace: Workspace): void {
  const { bench, log, faults, queue, rates } = workspace
  queue.clear()
  bench.store.clear()
  bench.known.clear()
  bench.meter.reset()
  log.clear()
  faults.clear()
  rates.clear()
}
