// Decides the statement that finds what differs: target against snapshot and doubt, column by column, inside the store.
// Pure text. The delta is frozen: it carries which attributes are sent and the values that the snapshot takes once Braze has
// accepted them, so that sending and settling need nothing else (candidates die with their session).
//
// Shape of a delta table: seq (its number, where rows are numbered as they come), k, op (add | change | remove | repair |
// rewrite), sets, points, moved, lost, omits (a column that omits its NULL is left unsaid, with nothing held for it), since,
// for slot i s<i> (its attribute is sent) or l<i> (add | remove, of a list), v_<column> (the value after settling).

import type { Identity } from '../model/words.ts'
import type { Dialect } from '../warehouse/port.ts'
import { ABSENT, holdsAny, keyOf, PRESENT, type SlotSql, slotSql } from './delta-slot.ts'
import { membersText } from './said.ts'
import { hasKept, isCarried, omitting, type Slot, takesBack } from './slots.ts'
import { chain } from './sql.ts'

export interface DeltaInput {
  readonly delta: string
  readonly candidates: string
  readonly snapshot: string
  readonly identity: Identity
  readonly slots: readonly Slot[]
  readonly createUsers: boolean
  /** No candidate is flagged as bad: the flag need not be read. */
  readonly areClean?: boolean
  /** Everybody leaves, whatever the policies of today's writes (a sync that is retired has none). */
  readonly leaves?: boolean
  /**
   * Query of (k, hard, whole): people of whom the snapshot does not say everything; `whole`: the whole row is sent whatever
   * it says; `hard`: Braze may hold anything.
   */
  readonly doubt?: string
  /** Query of (k, whole, p<i>): digests of refused values that are parked, for the person and for slot i. */
  readonly parked?: { readonly query: string; readonly slots: ReadonlySet<number> }
  /** Query of (k_mark): digests of erased people. */
  readonly erased?: string
}

export function createDelta(dialect: Dialect, input: DeltaInput): string {
  const slots = input.slots.map((slot, index) => slotSql(dialect, input, slot, index))
  const forgets = input.slots.some(hasKept)
  const leaves = input.leaves === true || input.slots.some(takesBack)
  const included = [
    ...slots.map((slot) => slot.changed),
    ...slots.flatMap((slot) => (slot.rewrite === undefined ? [] : [slot.rewrite])),
    ...(leaves ? [leavers(dialect, input)] : []),
    ...(input.doubt === undefined ? [] : [inDoubt(input)]),
  ]
  const where = [
    ...(input.areClean === true ? [] : ['c.bad is null']),
    `(${included.join(' or ')})`,
    ...(input.erased === undefined ? [] : [`${dialect.md5(keyOf(input))} not in (${input.erased})`]),
  ]
  const number = dialect.rowNumber === undefined ? [] : [`${dialect.rowNumber} as seq`]
  const select = (first: readonly string[]) =>
    `select\n${[...first, ...rowColumns(dialect, input, slots, { leaves, forgets })].join(',\n')}\nfrom ${joins(input)}\nwhere ${where.join('\n  and ')}`
  if (input.parked === undefined)
    return `create table ${input.delta}${dialect.runTable('k')} as\n${select(number)}`
  const columns = [...DELTA_COLUMNS, ...slots.flatMap((slot) => slot.named)].map((name) =>
    dialect.ident(name),
  )
  return `create table ${input.delta}${dialect.runTable('k')} as\nselect ${[...number, ...columns].join(', ')} from (\n${select([])}\n) as r where whole is distinct from ${rowMark(dialect, input.slots)}`
}

const DELTA_COLUMNS = ['k', 'op', 'sets', 'points', 'moved', 'lost', 'omits', 'since'] as const

/** Condition: in doubt, and this row can say something about it. Where a NULL is omitted, only a value or leaving does. */
const inDoubt = ({ slots }: DeltaInput): string =>
  omitting(slots).length === 0 ? 'd.k is not null' : `(d.k is not null and (d.whole or ${ABSENT}))`

/** Digest of all that a delta row of one sync would send, to notice that a refused row is the same again. */
export function rowMark(dialect: Dialect, slots: readonly Slot[], alias = ''): string {
  const prefix = alias === '' ? '' : `${alias}.`
  const lists = slots.flatMap((slot, i) => (slot.element === undefined ? [] : [`${prefix}l${i}`]))
  const parts = [membersText(dialect, slots, alias), ...lists]
  return dialect.md5(
    chain(
      '||',
      parts.map((part) => `coalesce(${part}, '')`),
    ),
  )
}

/** Condition: absent, with something left that goes with its person; what is only remembered does not. */
function leavers(dialect: Dialect, { slots }: DeltaInput): string {
  const held = slots.filter((slot) => !isCarried(slot)).flatMap((slot) => slot.held)
  return slots.some(isCarried) ? `(${ABSENT} and (${holdsAny(dialect, held)}))` : ABSENT
}

function joins(input: DeltaInput): string {
  const tables = [`${input.candidates} as c`, `full join ${input.snapshot} as s on c.k = s.k`]
  if (input.doubt !== undefined) tables.push(`full join (${input.doubt}) as d on d.k = coalesce(c.k, s.k)`)
  if (input.parked !== undefined)
    tables.push(`left join (${input.parked.query}) as p on p.k = ${keyOf(input)}`)
  return tables.join('\n  ')
}

/** `rewrite`: nothing is said, only what we hold changes its form, or is forgotten. */
function opOf(
  input: DeltaInput,
  slots: readonly SlotSql[],
  { leaves, forgets }: { readonly leaves: boolean; readonly forgets: boolean },
): string {
  const real = slots.map((slot) => slot.really).join(' or ') || 'false'
  const leaving = leaves ? ` when ${ABSENT}${forgets ? ` and (${real})` : ''} then 'remove'` : ''
  const rewrites = forgets || slots.some((slot) => slot.rewrite !== undefined)
  if (input.doubt === undefined && !rewrites)
    return `case when s.k is null then 'add'${leaving} else 'change' end`
  const rest =
    input.doubt === undefined ? `'rewrite'` : `case when d.k is null then 'rewrite' else 'repair' end`
  return `case when s.k is null then case when ${ABSENT} then 'repair' else 'add' end${leaving} when ${real} then 'change' else ${rest} end`
}

function rowColumns(
  dialect: Dialect,
  input: DeltaInput,
  slots: readonly SlotSql[],
  absent: { readonly leaves: boolean; readonly forgets: boolean },
): string[] {
  const points = slots.map((slot) => `case when ${slot.says} then 1 else 0 end`)
  const any = (name: 'sets' | 'moved') => slots.flatMap((slot) => slot[name] ?? []).join(' or ') || 'false'
  const lost = slots.flatMap((slot) => slot.lost ?? [])
  return [
    `${keyOf(input)} as k`,
    `${opOf(input, slots, absent)} as op`,
    `${input.createUsers ? `(${PRESENT} and (${any('sets')}))` : 'false'} as sets`,
    `${chain('+', points) || '0'} as points`,
    `(${any('moved')}) as moved`,
    `${lost.length === 0 ? `cast(null as ${dialect.types.text})` : `nullif(${dialect.joinText('', lost)}, '')`} as lost`,
    `(${slots.flatMap((slot) => slot.omits ?? []).join(' or ') || 'false'}) as omits`,
    's.since as since',
    // What is sent of all slots, then the values: flags between numbers would take eight bytes each in Postgres, whose rows
    // must fit a page.
    ...slots.flatMap((slot) => slot.columns.slice(0, 1)),
    ...slots.flatMap((slot) => slot.columns.slice(1)),
    ...(input.parked === undefined ? [] : ['p.whole as whole']),
  ]
}
