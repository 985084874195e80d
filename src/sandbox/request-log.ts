// Decides what is remembered of each request to Braze's endpoints. State: the newest requests.

import type { Plain } from './json-value.ts'

export interface RequestRecord {
  /** Counts all requests from 1; the log may have forgotten the oldest. */
  readonly number: number
  readonly method: string
  readonly path: string
  /** 0 when the connection was dropped without an answer. */
  readonly status: number
  readonly objects: number
  readonly bytes: number
  /** When the request arrived, in milliseconds by the sandbox's clock. */
  readonly at: number
  readonly userAgent: string
  /** The parsed body and its text, with `keepBodies`. */
  readonly body?: Plain
  readonly text?: string
}

/** Requests remembered; a long demo must not eat the machine's memory. */
const KEPT = 100_000

export class RequestLog {
  #records: RequestRecord[] = []
  #count = 0

  get records(): readonly RequestRecord[] {
    return this.#records
  }

  add(record: Omit<RequestRecord, 'number'>): void {
    this.#count += 1
    this.#records.push({ number: this.#count, ...record })
    if (this.#records.length > 2 * KEPT) this.#records = this.#records.slice(-KEPT)
  }

  clear(): void {
    this.#records = []
    this.#count = 0
  }
}
