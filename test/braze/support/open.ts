// Opens a client on a stub, with a clock that does not wait, and builds batches out of plain objects.

import { onTestFinished } from 'vitest'
import { openBraze } from '../../../src/braze/client.ts'
import type { Batch, BatchOutcome, Braze, SendOptions } from '../../../src/braze/port.ts'
import type { BrazeSettings } from '../../../src/model/definition.ts'
import { silentLog } from '../../../src/model/log.ts'
import { type FakeClock, fakeClock } from './clock.ts'

export const KEY = 'c0ffee00-1111-2222-3333-444455556666'
export const WALL_NOW = 1_800_000_000_000

export interface Opened {
  readonly braze: Braze
  readonly clock: FakeClock
  readonly send: (objects: readonly object[], options?: Partial<SendOptions>) => Promise<BatchOutcome>
}

export function open(endpoint: string, overrides: Partial<BrazeSettings> = {}, clock = fakeClock()): Opened {
  const settings: BrazeSettings = {
    endpoint,
    apiKey: KEY,
    workspace: 'test',
    requestsPerSecond: 1000,
    reserve: 0.2,
    objectsPerRequest: 75,
    requestTimeoutSeconds: 5,
    giveUpAfterSeconds: 600,
    maxConnections: 16,
    ...overrides,
  }
  const deps = { log: silentLog, version: '9.8.7', wallNow: () => WALL_NOW }
  const braze = openBraze(settings, { ...deps, now: clock.now, random: clock.random, sleep: clock.sleep })
  onTestFinished(() => braze.close())
  const send: Opened['send'] = (objects, options) =>
    braze.send(batchOf(objects), {
      signal: new AbortController().signal,
      mayLeave: () => true,
      mayCreate: () => true,
      ...options,
    })
  return { braze, clock, send }
}

export function batchOf(objects: readonly object[]): Batch {
  return { objects: objects.map((object) => JSON.stringify(object)).join(','), count: objects.length }
}

export function people(count: number): { external_id: string; vip: boolean }[] {
  return Array.from({ length: count }, (_, index) => ({ external_id: `p${index}`, vip: true }))
}
