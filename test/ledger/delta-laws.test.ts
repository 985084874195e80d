// Laws 1, 2 and 13 for one sync, inside the database: random definitions, rows and doubts against a model that shares no
// code with the product. Everything is accepted here; settle.test.ts has the other outcomes.

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDelta } from '../../src/ledger/delta.ts'
import { type SettleInput, settleSync } from '../../src/ledger/settle.ts'
import { type Slot, slotsOf, writesOf } from '../../src/ledger/slots.ts'
import { addColumns, createSnapshot, dropColumn } from '../../src/ledger/snapshot.ts'
import type { SettledDefinition } from '../../src/model/definition.ts'
import { type Doubted, literalOf, lives, type Step, specOf } from './lives.ts'
import { makeCandidates, openLedger, type StoreKind, type TestLedger } from './open-ledger.ts'
import {
  apply,
  attributesOf,
  type BrazePerson,
  elementsOf,
  type Held,
  heldNext,
  nameOf,
  nobody,
} from './sync-model.ts'
import { SAMPLES } from './values.ts'

describe.each<[StoreKind, number]>([
  ['duckdb', 40],
  ['postgres', 60],
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
        await lead(ledger, `s${life}`, steps)
      }),
      { numRuns },
    )
  })
})

interface State {
  readonly names: { snapshot: string; delta: string; candidates: string }
  settled: SettledDefinition | undefined
  /** People in doubt whose row was withheld: they stay there. */
  doubt: Doubted[]
  /** What Braze keeps of people although we gave it up, as person/attribute: nobody remembers it. */
  readonly leftBehind: Set<string>
  held: Map<string, Held>
  readonly braze: Map<string, BrazePerson>
}

async function lead(ledger: TestLedger, id: string, steps: readonly Step[]): Promise<void> {
  const { dialect } = ledger
  const state: State = {
    names: {
      snapshot: `snapshot_${id}`,
      delta: dialect.table(`delta_${id}`),
      candidates: dialect.candidateTable(`candidates_${id}`),
    },
    settled: undefined,
    doubt: [],
    leftBehind: new Set(),
    held: new Map(),
    braze: new Map(),
  }
  await ledger.run(createSnapshot(dialect, { table: state.names.snapshot, writes: [], sentAt: false }))
  for (const step of steps) {
    await live(ledger, state, step)
    const again = await live(ledger, state, { ...step, doubt: [] })
    expect(again, 'law 2: nothing differs any more').toEqual([])
  }
  await ledger.run(`drop table ${dialect.table(state.names.snapshot)}`)
}

/** One step, up to its settle. Returns the people of the delta. */
async function live(ledger: TestLedger, state: State, next: Step): Promise<string[]> {
  const { dialect } = ledger
  const fresh = next.doubt.filter(({ k }) => state.doubt.every((one) => one.k !== k || !one.hard))
  const still = state.doubt.filter(({ k }) => fresh.every((one) => one.k !== k))
  const step: Step = { ...next, doubt: [...fresh, ...still] }
  const slots = slotsOf(
    { identity: 'external_id', keyColumns: ['external_id'], writes: step.writes.map(specOf), unused: [] },
    state.settled,
    new Set(),
  )
  const before = new Map(state.held)
  const known = new Set(state.settled?.writes.map(({ column }) => column))
  const added = writesOf(slots).filter(({ column }) => !known.has(column))
  await ledger.run(...addColumns(dialect, { table: state.names.snapshot, writes: added, sentAt: false }))
  upset(state, step, slots)
  const found = await findDelta(ledger, state, { step, slots })
  for (const k of found.keys()) expect(step.rows.get(k)?.bad, `law 13: ${k} is withheld`).not.toBe(true)
  const untouched = structuredCloneOf(state.braze)
  for (const [k, said] of found) apply(personOf(state, k), said)
  await ledger.session.transaction(async (tx) => {
    for (const sql of settleSync(ledger, settleInput(ledger, state, slots))) await tx.run(sql)
  })
  await ledger.run(`drop table ${state.names.delta}`, `drop table ${state.names.candidates}`)
  expectHeld(await readSnapshot(ledger, state, slots), { step, slots, before })
  await forget(ledger, state, { step, slots, before })
  expectBraze(state, { step, slots, untouched, before })
  return [...found.keys()]
}

interface Said {
  readonly members: string | null
  readonly lists: readonly { attribute: string; element: string; op: string }[]
}

async function findDelta(
  ledger: TestLedger,
  { names }: State,
  { step, slots }: { step: Step; slots: readonly Slot[] },
): Promise<Map<string, Said>> {
  const { dialect } = ledger
  const targets = slots.flatMap(({ target }) => (target?.source === undefined ? [] : [target]))
  await makeCandidates(ledger, names.candidates, {
    columns: targets.map(({ column, valueKind }) => ({ name: column, kind: valueKind })),
    rows: [...step.rows].map(([k, { bad, values }]) => ({
      k,
      ...(bad === true ? { bad: 'a1: over 255 characters' } : {}),
      values: Object.fromEntries(
        targets.map((target) => [target.column, literalOf(target.valueKind, values[target.attribute])]),
      ),
    })),
  })
  const doubt = step.doubt.map(({ k, hard }) => `select '${k}' as k, ${hard} as hard`).join(' union all ')
  await ledger.run(
    createDelta(dialect, {
      delta: names.delta,
      candidates: names.candidates,
      snapshot: dialect.table(names.snapshot),
      identity: 'external_id',
      slots,
      createUsers: step.createUsers,
      ...(doubt === '' ? {} : { doubt }),
    }),
  )
  const rows = await ledger.rows(`select * from ${names.delta}`)
  expect(new Set(rows.map(({ k }) => k)).size, 'one row a person').toBe(rows.length)
  return new Map(
    rows.map((row) => {
      const lists = slots.flatMap(({ attribute, element }, i) =>
        element === undefined || row[`l${i}`] === null
          ? []
          : [{ attribute, element, op: String(row[`l${i}`]) }],
      )
      const said = { members: row.members as string | null, lists }
      expect(row.sets === true && !(step.createUsers && step.rows.has(String(row.k)))).toBe(false)
      return [String(row.k), said]
    }),
  )
}

function settleInput({ dialect }: TestLedger, { names }: State, slots: readonly Slot[]): SettleInput {
  return {
    run: 'r1',
    plan: 'p1',
    sync: 'model',
    identity: 'external_id',
    slots,
    delta: names.delta,
    snapshot: dialect.table(names.snapshot),
    outbox: '',
    accepted: '',
    unsure: '',
    scratch: '',
    allAccepted: true,
    firstLoad: false,
    hasSentAt: false,
    maxAttempts: 5,
    keepsHistory: true,
  }
}

async function readSnapshot(
  ledger: TestLedger,
  state: State,
  slots: readonly Slot[],
): Promise<Map<string, Held>> {
  const { dialect } = ledger
  const writes = writesOf(slots)
  const columns = writes.map(
    (write) =>
      `${dialect.wire(write.valueKind, dialect.ident(write.column))} as ${dialect.ident(write.column)}`,
  )
  const rows = await ledger.rows(
    `select k, ${columns.join(', ')} from ${dialect.table(state.names.snapshot)}`,
  )
  expect(new Set(rows.map(({ k }) => k)).size, 'one row a person').toBe(rows.length)
  return new Map(
    rows.map((row) => [
      String(row.k),
      new Map(
        writes.flatMap((write) => {
          const json = row[write.column]
          return json === null ? [] : [[nameOf({ ...write, kind: write.valueKind }), String(json)]]
        }),
      ),
    ]),
  )
}

/** Given up by a definition whose last word on it was keep: Braze keeps it, and we do not remember. */
const isGivenUp = ({ target, held }: Slot): boolean => target === undefined && held[0]?.onLeave === 'keep'

const forgotten = (slots: readonly Slot[]): Set<string> =>
  new Set(slots.filter(isGivenUp).flatMap(({ held }) => held.map((w) => nameOf({ ...w, kind: w.valueKind }))))

const without = (held: Held, names: ReadonlySet<string>): Held =>
  new Map([...held].filter(([name]) => !names.has(name)))

function expectHeld(
  found: ReadonlyMap<string, Held>,
  { step, slots, before }: { step: Step; slots: readonly Slot[]; before: ReadonlyMap<string, Held> },
): void {
  const gone = forgotten(slots)
  const next = expectedHeld({ step, before })
  const plain = (all: ReadonlyMap<string, Held>) =>
    Object.fromEntries(
      [...all]
        .map(([k, held]) => [k, Object.fromEntries([...without(held, gone)].sort())] as const)
        .filter(([, held]) => Object.keys(held).length > 0)
        .sort(),
    )
  expect(plain(found), 'law 1: the snapshot is the target').toEqual(plain(next))
}

function expectedHeld({
  step,
  before,
}: {
  step: Step
  before: ReadonlyMap<string, Held>
}): Map<string, Held> {
  const people = new Set([...before.keys(), ...step.rows.keys()])
  return new Map(
    [...people].flatMap((k) => {
      const held = heldNext({
        before: before.get(k) ?? new Map(),
        row: step.rows.get(k),
        writes: step.writes,
      })
      return held.size === 0 ? [] : [[k, held] as const]
    }),
  )
}

/** What a settle of everything does to the definition: columns that nobody holds any more, and those given up, go. */
async function forget(
  ledger: TestLedger,
  state: State,
  { step, slots, before }: { step: Step; slots: readonly Slot[]; before: ReadonlyMap<string, Held> },
): Promise<void> {
  const gone = forgotten(slots)
  const next = expectedHeld({ step, before })
  state.held = new Map([...next].map(([k, held]) => [k, without(held, gone)]))
  state.doubt = step.doubt.filter(({ k }) => step.rows.get(k)?.bad === true)
  const today = new Set(slots.flatMap(({ target }) => (target === undefined ? [] : [target.column])))
  const writes = writesOf(slots)
  const needed = writes.filter((write) => {
    const name = nameOf({ ...write, kind: write.valueKind })
    const isHeld = [...state.held.values()].some((held) => held.has(name))
    return !gone.has(name) && (today.has(write.column) || isHeld || state.doubt.length > 0)
  })
  for (const write of writes)
    if (!needed.includes(write))
      await ledger.run(dropColumn(ledger.dialect, ledger.dialect.table(state.names.snapshot), write.column))
  state.settled = {
    identity: 'external_id',
    kind: 'properties',
    createUsers: step.createUsers,
    writes: needed,
    hash: '',
    canonicalVersion: 1,
  }
}

function personOf({ braze }: State, k: string): BrazePerson {
  const known = braze.get(k) ?? nobody()
  braze.set(k, known)
  return known
}

const structuredCloneOf = (braze: ReadonlyMap<string, BrazePerson>): Map<string, BrazePerson> =>
  new Map([...braze].map(([k, person]) => [k, structuredClone(person)]))

/** A write without an answer: Braze holds something of ours that is not in the snapshot. */
function upset(state: State, step: Step, slots: readonly Slot[]): void {
  for (const { k, hard, instead } of step.doubt) {
    if (!hard) continue
    const person = personOf(state, k)
    slots.forEach((slot, i) => {
      if (isGivenUp(slot)) return
      const choice = instead[i % instead.length] ?? 0
      if (slot.element !== undefined) {
        const elements = person.lists.get(slot.attribute) ?? new Set()
        if (choice % 2 === 0) elements.add(slot.element)
        else elements.delete(slot.element)
        person.lists.set(slot.attribute, elements)
        return
      }
      const kind = slot.target?.valueKind ?? slot.held[0]?.valueKind ?? 'text'
      const sample = SAMPLES[kind][choice]
      if (sample === undefined) person.attributes.delete(slot.attribute)
      else person.attributes.set(slot.attribute, sample.json)
    })
  }
}

function expectBraze(
  state: State,
  input: {
    step: Step
    slots: readonly Slot[]
    untouched: ReadonlyMap<string, BrazePerson>
    before: ReadonlyMap<string, Held>
  },
): void {
  const { step, slots, untouched, before } = input
  for (const [k, person] of state.braze) {
    const row = step.rows.get(k)
    const held = state.held.get(k) ?? new Map<string, string>()
    const had = untouched.get(k) ?? nobody()
    for (const slot of slots) {
      const place = `${k}/${slot.attribute}/${slot.element ?? ''}`
      const now = brazeValue(person, slot)
      const isLeft = isGivenUp(slot) || (row === undefined && leftUnderKeep(slot, before.get(k)))
      if (isLeft || row?.bad === true) expect(now, `${place} is left alone`).toBe(brazeValue(had, slot))
      else {
        const wanted = heldValue(held, slot)
        const saysNothing =
          slot.target?.nulls === 'omit' && row !== undefined && row.values[slot.attribute] === undefined
        const mayBeAnything =
          wanted === undefined && (state.leftBehind.has(place) || (saysNothing && isDoubted(step, k)))
        if (!mayBeAnything) expect(now, place).toBe(wanted)
        if (wanted !== undefined) state.leftBehind.delete(place)
        if (saysNothing && isDoubted(step, k)) state.leftBehind.add(place)
      }
      if (isLeft && now !== undefined) state.leftBehind.add(place)
    }
  }
}

/** Who is gone since a time when the policy was keep: the policy of today is not for them. */
const leftUnderKeep = ({ target, held }: Slot, before: Held | undefined): boolean =>
  target !== undefined &&
  target.onLeave !== 'keep' &&
  held.some(
    (write) => write.onLeave === 'keep' && before?.has(nameOf({ ...write, kind: write.valueKind })) === true,
  )

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

const isDoubted = (step: Step, k: string): boolean => step.doubt.some((one) => one.k === k && one.hard)
