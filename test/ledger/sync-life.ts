// Decides how one sync leads a life inside the database: each step is planned, said to a model of Braze, and settled, by
// the product's own SQL.

import { expect } from 'vitest'
import { createDelta } from '../../src/ledger/delta.ts'
import { membersText } from '../../src/ledger/said.ts'
import { type SettleInput, settleSync } from '../../src/ledger/settle.ts'
import { type Slot, slotsOf, writesOf } from '../../src/ledger/slots.ts'
import { addColumns, createSnapshot, dropColumn } from '../../src/ledger/snapshot.ts'
import type { SettledDefinition } from '../../src/model/definition.ts'
import { type Doubted, literalOf, type Step, specOf } from './lives.ts'
import { makeCandidates, type TestLedger } from './open-ledger.ts'
import { apply, type BrazePerson, type Held, nameOf, nobody } from './sync-model.ts'
import { SAMPLES } from './values.ts'

export interface State {
  readonly names: { snapshot: string; delta: string; candidates: string }
  settled: SettledDefinition | undefined
  /** People in doubt whose row was withheld: they stay there. */
  doubt: Doubted[]
  /** What Braze keeps of people although we gave it up, as person/attribute: nobody remembers it. */
  readonly leftBehind: Set<string>
  /** What the snapshot holds. */
  held: ReadonlyMap<string, Held>
  readonly braze: Map<string, BrazePerson>
}

/** A step that was lived. */
export interface Lived {
  /** With the doubt that was still there. */
  readonly step: Step
  readonly slots: readonly Slot[]
  /** People of the delta. */
  readonly found: readonly string[]
  /** What the snapshot held before. */
  readonly before: ReadonlyMap<string, Held>
  /** What Braze held before it was told anything. */
  readonly untouched: ReadonlyMap<string, BrazePerson>
}

export async function begin({ dialect, run }: TestLedger, id: string): Promise<State> {
  const snapshot = `snapshot_${id}`
  await run(createSnapshot(dialect, { table: snapshot, writes: [], sentAt: false }))
  return {
    names: {
      snapshot,
      delta: dialect.table(`delta_${id}`),
      candidates: dialect.candidateTable(`candidates_${id}`),
    },
    settled: undefined,
    doubt: [],
    leftBehind: new Set(),
    held: new Map(),
    braze: new Map(),
  }
}

export async function live(ledger: TestLedger, state: State, next: Step): Promise<Lived> {
  const { dialect } = ledger
  const fresh = next.doubt.filter(({ k }) => state.doubt.every((one) => one.k !== k || !one.hard))
  const still = state.doubt.filter(({ k }) => fresh.every((one) => one.k !== k))
  const step: Step = { ...next, doubt: [...fresh, ...still] }
  const shape = { identity: 'external_id' as const, keyColumns: ['external_id'], unused: [] }
  const slots = slotsOf({ ...shape, writes: step.writes.map(specOf) }, state.settled, new Map())
  const known = new Set(state.settled?.writes.map(({ column }) => column))
  const added = writesOf(slots).filter(({ column }) => !known.has(column))
  await ledger.run(...addColumns(dialect, { table: state.names.snapshot, writes: added, sentAt: false }))
  upset(state, step, slots)
  const untouched = new Map([...state.braze].map(([k, person]) => [k, structuredClone(person)]))
  const before = state.held
  const found = await findDelta(ledger, state, { step, slots })
  for (const [k, said] of found) apply(personOf(state, k), said)
  await ledger.session.transaction(async (tx) => {
    for (const sql of settleSync(ledger, settleInput(ledger, state, slots))) await tx.run(sql)
  })
  await ledger.run(`drop table ${state.names.delta}`, `drop table ${state.names.candidates}`)
  state.held = await readSnapshot(ledger, state, slots)
  await forget(ledger, state, { step, slots })
  return { step, slots, found: [...found.keys()], before, untouched }
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
  const doubt = step.doubt
    .map(({ k, hard }) => `select '${k}' as k, ${hard} as hard, true as whole`)
    .join(' union all ')
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
  const rows = await ledger.rows(
    `select d.*, ${membersText(dialect, slots, 'd')} as members from ${names.delta} as d`,
  )
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
    fence: 'true',
    isInDoubt: true,
    hasRefusals: true,
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
          return json === null ? [] : [[nameOfWrite(write), String(json)]]
        }),
      ),
    ]),
  )
}

/** Given up by a definition whose last word on it was keep: Braze keeps it, and we remember. */
export const isGivenUp = ({ target, held }: Slot): boolean =>
  target === undefined && held[0]?.onLeave === 'keep'

export const nameOfWrite = (write: Slot['held'][number]): string =>
  nameOf({ ...write, kind: write.valueKind })

/** What a settle of everything does to the definition: columns that nobody holds any more go. */
async function forget(
  ledger: TestLedger,
  state: State,
  { step, slots }: { step: Step; slots: readonly Slot[] },
): Promise<void> {
  state.doubt = step.doubt.filter(({ k }) => step.rows.get(k)?.bad === true)
  const today = new Set(slots.flatMap(({ target }) => (target === undefined ? [] : [target.column])))
  const writes = writesOf(slots)
  const needed = writes.filter((write) => {
    const name = nameOfWrite(write)
    const isHeld = [...state.held.values()].some((held) => held.has(name))
    return today.has(write.column) || isHeld || state.doubt.length > 0
  })
  const { dialect } = ledger
  for (const write of writes)
    if (!needed.includes(write))
      await ledger.run(dropColumn(dialect, dialect.table(state.names.snapshot), write.column))
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
