// Decides how today's definition meets what the ledger remembers: one slot per attribute (or list element), with the
// write of today, the writes that the snapshot still holds for it, and the snapshot column of each. Pure.

import type { SettledDefinition, Write } from '../model/definition.ts'
import type { Shape, WriteSpec } from './shape.ts'

export interface Slot {
  readonly attribute: string
  readonly element?: string
  /** Today's write; absent when the definition no longer makes it, so that it is taken back. */
  readonly target?: Write & Pick<WriteSpec, 'source'>
  /** The snapshot's columns for this slot, of the same value kind as the target first. */
  readonly held: readonly Write[]
}

/** Whether today's write ends when its person leaves. */
export const takesBack = ({ target }: Slot): boolean => target !== undefined && target.onLeave !== 'keep'

/** Writes under which people may have left while the policy was keep: a new policy is not for them, they are forgotten. */
export const keptWrites = (slot: Slot): Write[] =>
  takesBack(slot) ? slot.held.filter((write) => write.onLeave === 'keep') : []

export const hasKept = (slot: Slot): boolean => keptWrites(slot).length > 0

/** Columns of snapshots and candidates that are ours, and those that every table of Postgres or DuckDB has already. */
const RESERVED_COLUMNS = [
  ...['k', 'since', 'sent_at', 'bad'],
  ...['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid', 'oid', 'rowid'],
]

/**
 * A write is the same only if attribute, element and value kind are: a change of any is a removed column and a new one.
 * `claimed` names attributes that another living sync writes: what is no longer ours is then forgotten, not taken back.
 */
export function slotsOf(
  shape: Shape,
  settled: SettledDefinition | undefined,
  claimed: ReadonlySet<string>,
): Slot[] {
  const held = settled?.writes ?? []
  const taken = new Set<string>([...RESERVED_COLUMNS, ...held.map((write) => write.column)])
  const slots: Slot[] = shape.writes.map((spec) => {
    const ours = held.filter((write) => sameSlot(write, spec))
    const same = ours.find((write) => write.valueKind === spec.valueKind)
    const column = same?.column ?? freeColumn(spec, taken)
    taken.add(column)
    const others = ours.filter((write) => write !== same)
    return {
      attribute: spec.attribute,
      ...(spec.element === undefined ? {} : { element: spec.element }),
      target: { ...spec, column },
      held: same === undefined ? others : [same, ...others],
    }
  })
  const gone = held.filter((write) => !shape.writes.some((spec) => sameSlot(write, spec)))
  for (const write of gone) {
    const known = slots.find((slot) => slot.target === undefined && sameSlot(slot, write))
    if (known !== undefined) slots[slots.indexOf(known)] = { ...known, held: [...known.held, write] }
    else
      slots.push(
        goneSlot(
          claimed.has(write.attribute) && write.element === undefined ? { ...write, onLeave: 'keep' } : write,
        ),
      )
  }
  return slots
}

const goneSlot = (write: Write): Slot => ({
  attribute: write.attribute,
  ...(write.element === undefined ? {} : { element: write.element }),
  held: [write],
})

const sameSlot = (
  a: Pick<Write, 'attribute' | 'element'>,
  b: Pick<Write, 'attribute' | 'element'>,
): boolean => a.attribute === b.attribute && a.element === b.element

/** Slots whose NULL says nothing: what an unanswered write may have left there stays until a value is sent or its person leaves. */
export const omitting = (slots: readonly Slot[]): readonly Slot[] =>
  slots.filter(({ target }) => target?.nulls === 'omit')

/** A name that every database takes: lower-case letters, digits, underscores; at most 40 characters. */
function freeColumn(spec: WriteSpec, taken: ReadonlySet<string>): string {
  const base = (spec.element ?? spec.attribute)
    .toLowerCase()
    .replace(/[^a-z0-9_]/g, '_')
    .replace(/^(?=[0-9])/, '_')
    .slice(0, 40)
  const names = [base, ...Array.from({ length: taken.size + 1 }, (_, i) => `${base}_${i + 2}`)]
  return names.find((name) => !taken.has(name)) ?? base
}

/** All writes that the snapshot needs columns for: today's and those still held. */
export function writesOf(slots: readonly Slot[]): Write[] {
  const all = slots.flatMap((slot) =>
    slot.target === undefined ? slot.held : [plain(slot.target), ...slot.held],
  )
  return all.filter((write, i) => all.findIndex((other) => other.column === write.column) === i)
}

const plain = ({ source: _source, ...write }: Write & Pick<WriteSpec, 'source'>): Write => write
