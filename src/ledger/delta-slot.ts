// Decides, for one slot of a sync, when it differs, what is then said to Braze, and which value the snapshot takes. Pure SQL
// text over the aliases c (candidate), s (snapshot), d (doubt), p (parked).

import type { Write } from '../model/definition.ts'
import type { Dialect } from '../warehouse/port.ts'
import type { DeltaInput } from './delta.ts'
import { formerWrites } from './said.ts'
import { hasKept, isCarried, keptWrites, type Slot } from './slots.ts'

export const PRESENT = 'c.k is not null'
export const ABSENT = 'c.k is null'

export interface SlotSql {
  /** Different, or in doubt. */
  readonly changed: string
  /** Different whatever the doubt. */
  readonly really: string
  /** Something of this slot is sent. */
  readonly says: string
  /** Only the stored form changes. */
  readonly rewrite?: string
  /** Its NULL says nothing, and the snapshot holds nothing. */
  readonly omits?: string
  readonly sets?: string
  readonly moved?: string
  readonly lost?: string
  readonly columns: readonly string[]
  readonly named: readonly string[]
}

export function slotSql(dialect: Dialect, input: DeltaInput, slot: Slot, index: number): SlotSql {
  const { target } = slot
  const holds = holdsAny(dialect, slot.held)
  if (target === undefined) return goneSql(dialect, slot, { index, input, holds })
  const now = target.source === undefined ? 'true' : `c.${dialect.ident(target.column)}`
  const mark = valueMark(dialect, slot)
  const parked =
    input.parked?.slots.has(index) === true ? `coalesce(p.p${index} = ${mark}, false)` : undefined
  const parts = targetParts(dialect, { slot, target, now, holds, parked, doubt: input.doubt !== undefined })
  return slot.element === undefined
    ? attributeSql(slot, { ...parts, target, now, holds, parked, index })
    : elementSql(parts, index)
}

/** Digest of what a candidate wants of a slot, to notice that a refused value is the same again. */
export function valueMark(dialect: Dialect, { target }: Slot): string | undefined {
  if (target === undefined) return undefined
  const now = target.source === undefined ? 'true' : `c.${dialect.ident(target.column)}`
  return dialect.md5(`coalesce(${dialect.wire(target.valueKind, now)}, 'null')`)
}

const snap = (dialect: Dialect, write: Pick<Write, 'column'>): string => `s.${dialect.ident(write.column)}`

/** Condition: the snapshot holds something of these writes. */
export const holdsAny = (dialect: Dialect, writes: readonly Write[]): string =>
  writes.map((write) => `${snap(dialect, write)} is not null`).join(' or ') || 'false'

type Target = NonNullable<Slot['target']>

interface TargetInput {
  readonly slot: Slot
  readonly target: Target
  /** The candidate's value. */
  readonly now: string
  /** Condition: the snapshot holds something for this slot. */
  readonly holds: string
  /** Condition: today's value was refused so often that it waits until it changes. */
  readonly parked: string | undefined
  readonly doubt: boolean
}

interface TargetParts
  extends Pick<SlotSql, 'changed' | 'really' | 'says' | 'omits' | 'sets' | 'columns' | 'named'> {
  readonly rewrite?: string
  /** The value after settling. */
  readonly value: string
  /** Condition: something is held after settling. */
  readonly set: string
}

function targetParts(dialect: Dialect, input: TargetInput): TargetParts {
  const { slot, target, now, holds, parked } = input
  const same = slot.held.find((write) => write.column === target.column)
  const others = formerWrites(slot)
  const before =
    same === undefined ? `cast(null as ${dialect.columnType(target.valueKind)})` : snap(dialect, same)
  const kept = target.onLeave === 'keep'
  // Those who left under keep: today's policy is not for them.
  const forgotten = hasKept(slot) ? `(${ABSENT} and (${holdsAny(dialect, keptWrites(slot))}))` : undefined
  const unlessForgotten = forgotten === undefined ? '' : ` and not ${forgotten}`
  const omitted = target.nulls === 'omit'
  const unlessParked = parked === undefined ? '' : ` and not ${parked}`
  const differs = difference(dialect, {
    slot,
    now,
    before,
    others: others.map((w) => dialect.wire(w.valueKind, snap(dialect, w))),
  })
  // A value of somebody absent is NULL, so that one comparison serves for those who stay, enter and leave.
  const direct = target.source !== undefined && others.length === 0 && !omitted && parked === undefined
  const really = direct
    ? `(${kept ? `${PRESENT} and ` : ''}${differs}${unlessForgotten})`
    : `(case when ${PRESENT} then (${differs})${unlessParked} else ${kept ? 'false' : `(${holds})${unlessForgotten}`} end)`
  const today = omitted ? `coalesce(${now}, ${before})` : now
  const arriving = parked === undefined ? today : `case when ${parked} then ${before} else ${today} end`
  const value =
    direct && !kept ? now : `case when ${PRESENT} then ${arriving} else ${kept ? before : 'null'} end`
  const unless = `${unlessParked}${unlessForgotten}`
  const changed = input.doubt ? `(${really} or ${doubted({ target, now, holds, unless })})` : really
  const replaced = `${omitted ? `${now} is not null` : 'true'}${unlessParked}`
  const former = others.map((write) => formerValue(dialect, write, { replaced, kept }))
  const set = [value, ...former].map((expression) => `(${expression}) is not null`).join(' or ')
  return {
    value,
    set: `(${set})`,
    changed,
    really,
    says: changed,
    ...(omitted ? { omits: `(${PRESENT} and not (${set}))` } : {}),
    sets: `(${changed} and (${set}))`,
    columns: [
      `${value} as ${dialect.ident(`v_${target.column}`)}`,
      ...others.map((w, i) => `${former[i]} as ${dialect.ident(`v_${w.column}`)}`),
    ],
    named: [`v_${target.column}`, ...others.map((w) => `v_${w.column}`)],
    ...(others.length === 0
      ? {}
      : {
          rewrite: `(${PRESENT} and ${replaced} and (${holdsAny(dialect, others)}))`,
        }),
  }
}

/**
 * In doubt the whole target is sent; where the target has nothing, the write is taken back. A NULL that is omitted says
 * nothing in doubt either: what Braze may hold is taken back once its person leaves.
 */
function doubted(input: Pick<TargetInput, 'target' | 'now' | 'holds'> & { unless: string }): string {
  const { target, now, holds, unless } = input
  const today = target.source === undefined ? PRESENT : `${now} is not null`
  const said = `${today} or ${holds}`
  const why =
    target.nulls === 'omit' ? `(d.whole and (${said})) or (d.hard and ${ABSENT})` : `${said} or d.hard`
  return `(d.k is not null and (${why})${unless})`
}

/** A value that is held as another kind: it goes once today's replaces it, and stays where today says nothing. */
function formerValue(dialect: Dialect, write: Write, today: { replaced: string; kept: boolean }): string {
  const held = snap(dialect, write)
  const nothing = `cast(null as ${dialect.columnType(write.valueKind)})`
  if (today.replaced === 'true' && !today.kept) return nothing
  return `case when ${PRESENT} then case when ${today.replaced} then ${nothing} else ${held} end else ${today.kept ? held : nothing} end`
}

function elementSql(parts: TargetParts, index: number): SlotSql {
  const says = `case when ${parts.changed} then case when ${parts.set} then 'add' else 'remove' end end as l${index}`
  return { ...parts, columns: [says, ...parts.columns], named: [`l${index}`, ...parts.named] }
}

function attributeSql(
  slot: Slot,
  parts: TargetParts & Pick<TargetInput, 'target' | 'now' | 'holds' | 'parked'> & { index: number },
): SlotSql {
  const { target } = parts
  const canLose = target.source !== undefined && slot.held.length > 0 && target.nulls !== 'omit'
  const unlessParked = parts.parked === undefined ? '' : ` and not ${parts.parked}`
  const lost = `case when ${PRESENT} and (${parts.holds}) and ${parts.now} is null${unlessParked} then '[${parts.index}]' end`
  return { ...speaking(parts, parts.index), ...(canLose ? { lost } : {}) }
}

/** With the flag that says whether an attribute is sent. */
const speaking = <T extends Pick<SlotSql, 'changed' | 'columns' | 'named'>>(parts: T, index: number): T => ({
  ...parts,
  columns: [`${parts.changed} as s${index}`, ...parts.columns],
  named: [`s${index}`, ...parts.named],
})

/** Whether a present person's value differs from what the snapshot holds. */
function difference(
  dialect: Dialect,
  input: { slot: Slot; now: string; before: string; others: readonly string[] },
): string {
  const { slot, now, before, others } = input
  const { target } = slot
  if (target?.source === undefined) return slot.held.length === 0 ? 'true' : `${before} is null`
  const differs =
    others.length === 0
      ? slot.held.length === 0
        ? `${now} is not null`
        : `${now} is distinct from ${before}`
      : // Another value kind is held: JSON text decides, so that 5 kept as text and 5 kept as a number are told apart.
        `${dialect.wire(target.valueKind, now)} is distinct from coalesce(${[dialect.wire(target.valueKind, before), ...others].join(', ')})`
  return target.nulls === 'omit' ? `(${now} is not null and ${differs})` : differs
}

/** A slot that today's definition no longer makes: taken back by its old policy, or left in Braze if that says keep. */
function goneSql(
  dialect: Dialect,
  slot: Slot,
  { index, input, holds }: { index: number; input: DeltaInput; holds: string },
): SlotSql {
  const policy = slot.held[0]?.onLeave ?? 'keep'
  const inherited = heldByHeirs(dialect, slot, keyOf(input))
  const ours = inherited === undefined ? '' : ` and not ${inherited}`
  const really = policy === 'keep' ? 'false' : `((${holds})${ours})`
  const changed =
    input.doubt !== undefined && policy !== 'keep'
      ? `(${really} or (d.k is not null and d.hard${ours}))`
      : really
  const values = slot.held.map(
    (w) =>
      `${isCarried(slot) ? snap(dialect, w) : `cast(null as ${dialect.columnType(w.valueKind)})`} as ${dialect.ident(`v_${w.column}`)}`,
  )
  const named = slot.held.map((w) => `v_${w.column}`)
  const common = {
    changed,
    really,
    says: changed,
    moved: changed,
    ...(inherited === undefined ? {} : { rewrite: `((${holds}) and ${inherited})` }),
    ...(policy === 'keep'
      ? {}
      : { lost: `case when ${PRESENT} and (${holds})${ours} then '[${index}]' end` }),
  }
  if (slot.element !== undefined) {
    return {
      ...common,
      columns: [`case when ${changed} then 'remove' end as l${index}`, ...values],
      named: [`l${index}`, ...named],
    }
  }
  return speaking({ ...common, columns: values, named }, index)
}

/** Condition: another sync writes the attribute of this person now, so that it is no longer ours to take back. */
function heldByHeirs(dialect: Dialect, { heirs = [] }: Slot, key: string): string | undefined {
  const held = heirs.flatMap(
    ({ held }) =>
      (held &&
        `${key} in (select k from ${dialect.table(held.snapshot)} where ${dialect.ident(held.column)} is not null)`) ??
      [],
  )
  return held.length === 0 ? undefined : `(${held.join(' or ')})`
}

/** The person's key, whichever side of the join knows it. */
export const keyOf = (input: DeltaInput): string =>
  input.doubt === undefined ? 'coalesce(c.k, s.k)' : 'coalesce(c.k, s.k, d.k)'
