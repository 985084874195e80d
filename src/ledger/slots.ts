// Decides how today's definition meets what the ledger remembers: one slot per attribute (or list element), with the
// write of today, the writes that the snapshot still holds for it, and the snapshot column of each. Pure.

import type { SettledDefinition, Write } from '../model/definition.ts'
import type { Identity } from '../model/words.ts'
import type { Shape, WriteSpec } from './shape.ts'

/** Another living sync that writes an attribute. */
export interface Claim {
  readonly sync: string
  /** How it names people; undefined where that does not matter. */
  readonly identity: Identity | undefined
  /** Where its snapshot keeps the attribute, if it does already. */
  readonly held?: { readonly snapshot: string; readonly column: string }
}

/** By attribute. Elements of a list are everybody's own. */
export type Claims = ReadonlyMap<string, readonly Claim[]>

export interface Slot {
  readonly attribute: string
  readonly element?: string
  /** Today's write; absent when the definition no longer makes it, so that it is taken back. */
  readonly target?: Write & Pick<WriteSpec, 'source'>
  /** The snapshot's columns for this slot, of the same value kind as the target first. */
  readonly held: readonly Write[]
  /** Of a write that is no longer made: others who write the attribute now. It is taken back, but not from their people. */
  readonly heirs?: readonly Claim[]
  /** Of a write that is no longer made and that others make now: nothing is taken back, and nothing remembered. */
  readonly isForgotten?: boolean
}

/** What Braze keeps of a write that is no longer made (`on_leave: keep`): remembered, until it is made again or retired. */
export const isCarried = (slot: Slot): boolean =>
  slot.target === undefined && slot.held[0]?.onLeave === 'keep' && slot.isForgotten !== true

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
 */
export function slotsOf(shape: Shape, settled: SettledDefinition | undefined, claims: Claims): Slot[] {
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
    else slots.push(goneSlot(write, shape.identity, claims))
  }
  return slots
}

function goneSlot(write: Write, identity: Identity, claims: Claims): Slot {
  const { attribute, element } = write
  if (element !== undefined) return { attribute, element, held: [write] }
  const heirs = claims.get(attribute) ?? []
  if (heirs.length === 0) return { attribute, held: [write] }
  // Whom the others write can be told only if they name people as we do.
  const isKnown = write.onLeave !== 'keep' && heirs.every((heir) => heir.identity === identity)
  return isKnown
    ? { attribute, held: [write], heirs }
    : { attribute, held: [{ ...write, onLeave: 'keep' }], isForgotten: true }
}

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
  const all = slots.flatMap(({ target, held }) =>
    target === undefined ? held : [plain(target), ...held.map((write) => underPolicy(write, target))],
  )
  return all.filter((write, i) => all.findIndex((other) => other.column === write.column) === i)
}

/** What is held as another kind stays with its person too, once the attribute does. */
const underPolicy = (write: Write, { onLeave }: Write): Write =>
  onLeave === 'keep' ? { ...write, onLeave } : write

const plain = ({ source: _source, ...write }: Write & Pick<WriteSpec, 'source'>): Write => write
