// Decides what is counted: cost, traffic, and the quiet mistakes of a sender. State: the counters.

import type { DropReason } from './write.ts'

export interface MeterReading {
  /** Requests to Braze's endpoints, whatever came back. */
  readonly requests: number
  /** Requests by HTTP status; 0 stands for no reply. */
  readonly statuses: Readonly<Record<number, number>>
  /** Objects of /users/track that arrived, in all requests, and the same by the status of the reply. */
  readonly objects: number
  readonly objectsByStatus: Readonly<Record<number, number>>
  readonly objectsAccepted: number
  readonly objectsRefused: number
  /** What Braze would bill. */
  readonly dataPoints: number
  readonly profilesCreated: number
  /** Objects about people that Braze does not have, sent as update-only: success, and nothing happens. */
  readonly updateOnlyMisses: number
  /** Objects about somebody who was already in the `attributes` of the same request. */
  readonly duplicatesInRequest: number
  /** Names that stood twice in one JSON object. */
  readonly duplicateKeys: number
  /** People in a request that was in flight while another one carried them too. */
  readonly concurrentSamePerson: number
  readonly highestInFlight: number
  /** Values that Braze takes without a word and does not store. */
  readonly silentDrops: {
    readonly total: number
    readonly reasons: Readonly<Partial<Record<DropReason, number>>>
  }
}

type Counter =
  | 'objectsAccepted'
  | 'objectsRefused'
  | 'dataPoints'
  | 'profilesCreated'
  | 'updateOnlyMisses'
  | 'duplicatesInRequest'
  | 'duplicateKeys'
  | 'concurrentSamePerson'

export class Meter {
  #counts = new Map<Counter, number>()
  #requests = new Map<number, number>()
  #objects = new Map<number, number>()
  #drops = new Map<DropReason, number>()
  #highestInFlight = 0

  add(counter: Counter, count = 1): void {
    this.#counts.set(counter, (this.#counts.get(counter) ?? 0) + count)
  }

  drop(reason: DropReason): void {
    this.#drops.set(reason, (this.#drops.get(reason) ?? 0) + 1)
  }

  answered(status: number, objects: number): void {
    this.#requests.set(status, (this.#requests.get(status) ?? 0) + 1)
    this.#objects.set(status, (this.#objects.get(status) ?? 0) + objects)
  }

  inFlight(count: number): void {
    this.#highestInFlight = Math.max(this.#highestInFlight, count)
  }

  read(): MeterReading {
    const count = (counter: Counter) => this.#counts.get(counter) ?? 0
    return {
      requests: total(this.#requests),
      statuses: Object.fromEntries(this.#requests),
      objects: total(this.#objects),
      objectsByStatus: Object.fromEntries(this.#objects),
      objectsAccepted: count('objectsAccepted'),
      objectsRefused: count('objectsRefused'),
      dataPoints: count('dataPoints'),
      profilesCreated: count('profilesCreated'),
      updateOnlyMisses: count('updateOnlyMisses'),
      duplicatesInRequest: count('duplicatesInRequest'),
      duplicateKeys: count('duplicateKeys'),
      concurrentSamePerson: count('concurrentSamePerson'),
      highestInFlight: this.#highestInFlight,
      silentDrops: { total: total(this.#drops), reasons: Object.fromEntries(this.#drops) },
    }
  }

  reset(): void {
    for (const counters of [this.#counts, this.#requests, this.#objects, this.#drops]) counters.clear()
    this.#highestInFlight = 0
  }
}

function total(counts: ReadonlyMap<unknown, number>): number {
  let sum = 0
  for (const count of counts.values()) sum += count
  return sum
}
