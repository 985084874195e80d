// Decides how a Braze answers that follows a script: it holds people, accepts, refuses, or leaves us in the dark batch by
// batch. For tests of the run alone; the sandbox stands for Braze wherever HTTP matters.

import type { Batch, BatchOutcome, Braze, Refusal, SendOptions } from '../../src/braze/port.ts'
import { BrazeError, LeaseLostError } from '../../src/model/errors.ts'

/** What becomes of one batch; `n` chooses who is refused. */
export type Fate =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly n: number }
  /** Every value of this attribute is refused, the rest accepted. */
  | { readonly kind: 'attribute refused'; readonly attribute: string }
  | { readonly kind: 'unknown'; readonly applied: boolean }
  /** Braze as a whole is out of reach; the batch left, or never did. */
  | { readonly kind: 'failed'; readonly left: boolean; readonly applied: boolean }

export type Value = string | number | boolean | null
type Change = Value | { readonly add?: readonly string[]; readonly remove?: readonly string[] }
export type BrazeObject = Readonly<Record<string, Change>>
/** Attributes by name; an element of a list is `list/element`. */
export type Holdings = Map<string, Value>

export interface Sent {
  readonly k: string
  readonly attributes: readonly string[]
  readonly outcome: 'accepted' | 'refused' | 'partly refused' | 'unknown' | 'unsent'
}

export class ScriptedBraze implements Braze {
  /** What Braze holds. */
  readonly people = new Map<string, Holdings>()
  /** What Braze has said that it holds. */
  readonly acknowledged = new Map<string, Holdings>()
  /** Of the run under way. */
  sent: Sent[] = []
  /** Fates of the batches to come; accepted once they are used up. */
  fates: Fate[] = []
  #requests = 0

  /** One by one, as their batches are handed over: what happens is the same in every run of a test. */
  async send(batch: Batch, { mayLeave, signal }: SendOptions): Promise<BatchOutcome> {
    const objects = JSON.parse(`[${batch.objects}]`) as BrazeObject[]
    if (objects.length !== batch.count)
      throw new Error(`${batch.count} objects said, ${objects.length} there`)
    signal.throwIfAborted()
    const fate = this.fates.shift() ?? { kind: 'accepted' }
    if (fate.kind === 'failed' && !fate.left) {
      this.#note(objects, 'unsent')
      throw new BrazeError('Braze is out of reach')
    }
    if (!mayLeave()) throw new LeaseLostError('the lease was lost')
    this.#requests += 1
    if (fate.kind === 'failed' || fate.kind === 'unknown') {
      if (fate.applied) for (const object of objects) this.#apply(this.people, object)
      this.#note(objects, 'unknown')
      if (fate.kind === 'unknown') return { kind: 'unknown', reason: 'no answer' }
      throw new BrazeError('Braze is out of reach', { mayHaveArrived: true })
    }
    return { kind: 'answered', refusals: this.#answer(objects, fate) }
  }

  stats() {
    return { requests: this.#requests, statuses: {}, pace: 0, throttled: 0 }
  }

  async close(): Promise<void> {
    this.#requests = 0
  }

  #answer(objects: readonly BrazeObject[], fate: Fate): Refusal[] {
    return objects.flatMap((object, index): Refusal[] => {
      if (fate.kind === 'refused' && index === fate.n % objects.length) {
        this.#note([object], 'refused')
        return [{ index, attributes: [], reason: 'no such person' }]
      }
      if (fate.kind === 'attribute refused' && fate.attribute in object) {
        const { [fate.attribute]: _refused, ...rest } = object
        this.#accept(rest)
        this.#note([object], 'partly refused')
        return [{ index, attributes: [fate.attribute], reason: 'not valid' }]
      }
      this.#accept(object)
      this.#note([object], 'accepted')
      return []
    })
  }

  #accept(object: BrazeObject): void {
    this.#apply(this.people, object)
    // An acknowledged write counts also where Braze had nobody to write to.
    this.#apply(this.acknowledged, { ...object, _update_existing_only: false })
  }

  #note(objects: readonly BrazeObject[], outcome: Sent['outcome']): void {
    for (const object of objects)
      this.sent.push({ k: String(object.external_id), attributes: namesIn(object), outcome })
  }

  #apply(people: Map<string, Holdings>, object: BrazeObject): void {
    const k = String(object.external_id)
    const known = people.get(k)
    if (known === undefined && object._update_existing_only === true) return
    const person = known ?? new Map<string, Value>()
    people.set(k, person)
    for (const [name, change] of changesIn(object)) {
      if (typeof change !== 'object') person.set(name, change)
      else if (change === null) person.delete(name)
      else {
        for (const element of change.add ?? []) person.set(`${name}/${element}`, true)
        for (const element of change.remove ?? []) person.delete(`${name}/${element}`)
      }
    }
  }
}

const changesIn = (object: BrazeObject): [string, Change][] =>
  Object.entries(object).filter(([name]) => name !== 'external_id' && name !== '_update_existing_only')

function namesIn(object: BrazeObject): string[] {
  return changesIn(object).flatMap(([name, change]) => {
    if (typeof change !== 'object' || change === null) return [name]
    return [...(change.add ?? []), ...(change.remove ?? [])].map((element) => `${name}/${element}`)
  })
}
