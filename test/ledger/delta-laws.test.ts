// Laws 1, 2 and 13 for one sync, inside the database: random definitions, rows and doubts against a model that shares no
// code with the product. Everything is accepted here; what else can become of a request is in test/run/outcomes.test.ts.

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Slot } from '../../src/ledger/slots.ts'
import { lives, type Step } from './lives.ts'
import { openLedger, type StoreKind, type TestLedger } from './open-ledger.ts'
import { begin, isGivenUp, type Lived, live, nameOfWrite, type State } from './sync-life.ts'
import { attributesOf, type BrazePerson, elementsOf, type Held, heldNext, nobody } from './sync-model.ts'

describe.each<[StoreKind, number]>([
  ['duckdb', 25],
  ['postgres', 40],
])('the delta on %s', (kind, numRuns) => {
  let ledger: TestLedger & { close(): Promise<void> }
  beforeAll(async () => {
    ledger = await openLedger(kind)
  })
  afterAll(() => ledger.close())

  it('law 1, 2, 13: applied to the snapshot it gives the target, then nothing differs, and no bad row is touched', async () => {
    let life = 0
    await fc.assert(
      fc.asyncProperty(lives, async (steps) => {
        life += 1
        const state = await begin(ledger, `s${life}`)
        for (const step of steps) {
          judge(state, await live(ledger, state, step))
          const again = await live(ledger, state, { ...step, doubt: [] })
          expect(again.found, 'law 2: nothing differs any more').toEqual([])
        }
        await ledger.run(`drop table ${ledger.dialect.table(state.names.snapshot)}`)
      }),
      { numRuns },
    )
  })
})

function judge(state: State, lived: Lived): void {
  for (const k of lived.found) expect(lived.step.rows.get(k)?.bad, `law 13: ${k} is withheld`).not.toBe(true)
  expect(plain(state.held), 'law 1: the snapshot is the target').toEqual(plain(expectedHeld(lived)))
  for (const [k, person] of state.braze)
    for (const slot of lived.slots) expectSlot(state, lived, { k, person, slot })
}

function expectedHeld({ step, slots, before }: Lived): Map<string, Held> {
  const givenUp = new Set(slots.filter(isGivenUp).flatMap(({ held }) => held.map(nameOfWrite)))
  const people = new Set([...before.keys(), ...step.rows.keys()])
  return new Map(
    [...people].map((k) => {
      const held = before.get(k) ?? new Map()
      return [k, heldNext({ before: held, row: step.rows.get(k), writes: step.writes, givenUp })]
    }),
  )
}

const plain = (all: ReadonlyMap<string, Held>) =>
  Object.fromEntries(
    [...all]
      .filter(([, held]) => held.size > 0)
      .map(([k, held]) => [k, Object.fromEntries([...held].sort())] as const)
      .sort(),
  )

interface Place {
  readonly k: string
  readonly person: BrazePerson
  readonly slot: Slot
}

/** What Braze holds of one person for one slot. */
function expectSlot(state: State, { step, before, untouched }: Lived, { k, person, slot }: Place): void {
  const place = `${k}/${slot.attribute}/${slot.element ?? ''}`
  const row = step.rows.get(k)
  const now = brazeValue(person, slot)
  const isLeft = isGivenUp(slot) || (row === undefined && leftUnderKeep(slot, before.get(k)))
  if (isLeft || row?.bad === true) {
    expect(now, `${place} is left alone`).toBe(brazeValue(untouched.get(k) ?? nobody(), slot))
    if (isLeft && now !== undefined) state.leftBehind.add(place)
    return
  }
  if (isSilence(step, k, slot)) state.leftBehind.add(place)
  const wanted = heldValue(state.held.get(k) ?? new Map(), slot)
  if (wanted !== undefined) state.leftBehind.delete(place)
  if (!state.leftBehind.has(place)) expect(now, place).toBe(wanted)
}

/** NULL says nothing, also about what an unanswered write may have left. */
const isSilence = (step: Step, k: string, { attribute, target }: Slot): boolean =>
  target?.nulls === 'omit' &&
  step.rows.has(k) &&
  step.rows.get(k)?.values[attribute] === undefined &&
  step.doubt.some((one) => one.k === k && one.hard)

/** Who is gone since a time when the policy was keep: the policy of today is not for them. */
const leftUnderKeep = ({ target, held }: Slot, before: Held | undefined): boolean =>
  target !== undefined &&
  target.onLeave !== 'keep' &&
  held.some((write) => write.onLeave === 'keep' && before?.has(nameOfWrite(write)) === true)

/** A flag that is false is as good as none. */
function brazeValue(person: BrazePerson, { attribute, element }: Slot): string | undefined {
  if (element !== undefined) return person.lists.get(attribute)?.has(element) === true ? 'true' : undefined
  const json = person.attributes.get(attribute)
  return attribute === 'flag' && json === 'false' ? undefined : json
}

const heldValue = (held: Held, { attribute, element }: Slot): string | undefined =>
  element === undefined
    ? attributesOf(held).get(attribute)
    : elementsOf(held).includes(`${attribute}/${element}`)
      ? 'true'
      : undefined
