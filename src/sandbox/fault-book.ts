// Decides which of the injected faults a request meets. State: the faults, how often each has hit, and who is held.

import { setTimeout as sleep } from 'node:timers/promises'
import { type Fault, type FaultOf, type FaultTarget, hits, isMeant, timesOf } from './fault.ts'
import type { PlainObject } from './json-value.ts'

/** A fault that was injected, in the hands of a test. */
export interface InjectedFault {
  readonly id: number
  /** Requests it has hit so far. */
  hits(): number
  /** Resolves once it has hit `count` requests (default 1). */
  whenHit(count?: number): Promise<void>
  /** Requests that it holds now. */
  held(): number
  /** Lets go of the requests that it holds; later ones are held again. */
  release(): void
  /** Takes it away, and lets go of what it holds. */
  remove(): void
}

/** A wait on the way; rejects when the signal aborts. */
type Pause = (closing: AbortSignal) => Promise<void>
export type EndingFault = Exclude<Fault, FaultOf<'delay' | 'hold' | 'refuse'>>

/** What one request meets: waits add up, refusals add up, and the first other fault decides the answer. */
export interface FaultPlan {
  readonly before: readonly Pause[]
  readonly after: readonly Pause[]
  /** The words in which an object is refused, when a fault refuses objects at all. */
  readonly refuse: ((object: PlainObject) => string | undefined) | undefined
  readonly ending: EndingFault | undefined
}

interface Armed {
  readonly id: number
  readonly fault: Fault
  matched: number
  hits: number
  readonly holds: Set<() => void>
  waiting: { readonly count: number; readonly tell: () => void }[]
}

export class FaultBook {
  #armed: Armed[] = []
  #lastId = 0

  inject(fault: Fault): InjectedFault {
    this.#lastId += 1
    const armed: Armed = { id: this.#lastId, fault, matched: 0, hits: 0, holds: new Set(), waiting: [] }
    this.#armed.push(armed)
    return {
      id: armed.id,
      hits: () => armed.hits,
      whenHit: (count = 1) => new Promise((tell) => announce(armed, { count, tell })),
      held: () => armed.holds.size,
      release: () => release(armed),
      remove: () => this.remove(armed.id),
    }
  }

  /** What the request meets. Counts as a hit for every fault that takes part. */
  plan(target: FaultTarget): FaultPlan {
    const before: Pause[] = []
    const after: Pause[] = []
    const refusing: FaultOf<'refuse'>[] = []
    let ending: EndingFault | undefined
    for (const armed of this.#armed) {
      const { fault } = armed
      const isEnding = fault.kind !== 'delay' && fault.kind !== 'hold' && fault.kind !== 'refuse'
      if ((isEnding && ending !== undefined) || !fires(armed, target)) continue
      if (fault.kind === 'refuse') refusing.push(fault)
      else if (fault.kind === 'delay' || fault.kind === 'hold') {
        ;(fault.when === 'after' ? after : before).push(pauseOf(armed, fault))
      } else ending = fault
    }
    const refuse = refusing.length === 0 ? undefined : (object: PlainObject) => refusalOf(refusing, object)
    return { before, after, refuse, ending }
  }

  list(): readonly {
    readonly id: number
    readonly kind: string
    readonly hits: number
    readonly held: number
  }[] {
    return this.#armed.map(({ id, fault, hits: count, holds }) => ({
      id,
      kind: fault.kind,
      hits: count,
      held: holds.size,
    }))
  }

  /** False if there is no such fault. */
  release(id: number): boolean {
    const armed = this.#armed.find((one) => one.id === id)
    if (armed !== undefined) release(armed)
    return armed !== undefined
  }

  remove(id: number): boolean {
    const found = this.release(id)
    this.#armed = this.#armed.filter((armed) => armed.id !== id)
    return found
  }

  clear(): void {
    for (const armed of this.#armed) release(armed)
    this.#armed = []
  }
}

function fires(armed: Armed, target: FaultTarget): boolean {
  const { fault } = armed
  if (armed.hits >= timesOf(fault) || !hits(fault, target)) return false
  armed.matched += 1
  const turn = armed.matched - (fault.after ?? 0)
  if (turn < 1 || turn % (fault.every ?? 1) !== 0) return false
  armed.hits += 1
  armed.waiting = armed.waiting.filter((waiting) => !told(armed, waiting))
  return true
}

function pauseOf(armed: Armed, fault: FaultOf<'delay' | 'hold'>): Pause {
  if (fault.kind === 'delay') return (signal) => sleep(fault.ms, undefined, { signal })
  let letGo = () => {}
  const released = new Promise<void>((resolve) => {
    letGo = () => {
      armed.holds.delete(letGo)
      resolve()
    }
  })
  armed.holds.add(letGo)
  return (signal) => Promise.race([released, aborted(signal)])
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

function release(armed: Armed): void {
  for (const letGo of [...armed.holds]) letGo()
}

function announce(armed: Armed, waiting: { count: number; tell: () => void }): void {
  if (!told(armed, waiting)) armed.waiting.push(waiting)
}

function told(armed: Armed, waiting: { count: number; tell: () => void }): boolean {
  if (armed.hits < waiting.count) return false
  waiting.tell()
  return true
}

function refusalOf(faults: readonly FaultOf<'refuse'>[], object: PlainObject): string | undefined {
  const fault = faults.find(({ object: test }) => test === undefined || isMeant(object, test))
  return fault === undefined ? undefined : (fault.type ?? 'refused by the sandbox')
}
