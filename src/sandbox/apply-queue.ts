// Decides when accepted data takes effect: at once, or some time later and then perhaps out of order, as in Braze.

export interface ApplyDelay {
  readonly minMs: number
  readonly maxMs: number
}

interface Pending {
  readonly due: number
  readonly apply: () => void
}

export class ApplyQueue {
  readonly #delay: ApplyDelay
  #pending: Pending[] = []
  #seed: number

  constructor(delay: ApplyDelay, seed: number) {
    this.#delay = delay
    this.#seed = seed
  }

  /** Applies at once without a delay; else when `applyDue` is called late enough. */
  add(apply: () => void, now: number): void {
    if (this.#delay.maxMs === 0) {
      apply()
      return
    }
    const spread = this.#delay.maxMs - this.#delay.minMs
    this.#pending.push({ due: now + this.#delay.minMs + spread * this.#random(), apply })
  }

  /** Applies what is due by `now`, in the order in which it fell due. */
  applyDue(now: number): void {
    if (this.#pending.length === 0) return
    const due = this.#pending.filter((entry) => entry.due <= now).toSorted((a, b) => a.due - b.due)
    this.#pending = this.#pending.filter((entry) => entry.due > now)
    for (const entry of due) entry.apply()
  }

  clear(): void {
    this.#pending = []
  }

  /** A small generator of our own (mulberry32), so that a seed repeats a run. */
  #random(): number {
    this.#seed = (this.#seed + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#seed ^ (this.#seed >>> 15), 1 | this.#seed)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
