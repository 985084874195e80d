// Decides the statement that finds what differs: target against snapshot and doubt, column by column, inside the store.
// Pure text. The delta is frozen: it carries the members to send and the values that the snapshot takes once Braze has
// accepted them, so that settling needs nothing else (candidates die with their session).
//
// Shape of a delta table: k, op (add | change | remove | repair), stays, sets, points, moved, lost, members, l<i> (add |
// remove, for list slot i), since, v_<column> (the value after settling).

import type { Write } from '../model/definition.ts'
import type { Identity, LeavePolicy } from '../model/words.ts'
import type { Dialect } from '../warehouse/port.ts'
import type { Slot } from './slots.ts'

export interface DeltaInput {
  readonly delta: string
  readonly candidates: string
  readonly snapshot: string
  readonly identity: Identity
  readonly slots: readonly Slot[]
  readonly createUsers: boolean
  /** Everybody leaves, whatever the policies of today's writes (a sync that is retired has none). */
  readonly leaves?: boolean
  /** Query of (k, hard): people whose whole row is sent whatever the snapshot says; `hard` when Braze may hold anything. */
  readonly doubt?: string
  /** Query of (k, whole, p<i>): digests of refused values that are parked, for the person and for slot i. */
  readonly parked?: { readonly query: string; readonly slots: ReadonlySet<number> }
  /** Query of (k_mark): digests of erased people. */
  readonly erased?: string
}

const PRESENT = 'c.k is not null'
const ABSENT = 'c.k is null'

export function createDelta(dialect: Dialect, input: DeltaInput): string {
  const slots = input.slots.map((slot, index) => slotSql(dialect, input, slot, index))
  const leaves =
    input.leaves === true ||
    input.slots.some((slot) => slot.target !== undefined && slot.target.onLeave !== 'keep')
  const included = [
    ...slots.map((slot) => slot.changed),
    ...slots.flatMap((slot) => (slot.rewrite === undefined ? [] : [slot.rewrite])),
    ...(leaves ? [ABSENT] : []),
    ...(input.doubt === undefined ? [] : ['d.k is not null']),
  ]
  const where = [
    'c.bad is null',
    `(${included.join(' or ')})`,
    ...(input.erased === undefined ? [] : [`${dialect.md5(keyOf(input))} not in (${input.erased})`]),
  ]
  const select = `select\n${rowColumns(dialect, input, slots, leaves).join(',\n')}\nfrom ${joins(input)}\nwhere ${where.join('\n  and ')}`
  if (input.parked === undefined) return `create table ${input.delta} as\n${select}`
  const columns = [...DELTA_COLUMNS, ...slots.flatMap((slot) => slot.named)]
    .map((name) => dialect.ident(name))
    .join(', ')
  return `create table ${input.delta} as\nselect ${columns} from (\n${select}\n) as r where whole is distinct from ${rowMark(dialect, input.slots)}`
}

const DELTA_COLUMNS = ['k', 'op', 'stays', 'sets', 'points', 'moved', 'lost', 'members', 'since'] as const

/** Digest of all that a delta row of one sync would send, to notice that a refused row is the same again. */
export function rowMark(dialect: Dialect, slots: readonly Slot[], alias = ''): string {
  const prefix = alias === '' ? '' : `${alias}.`
  const parts = ['members', ...slots.flatMap((slot, i) => (slot.element === undefined ? [] : [`l${i}`]))]
  return dialect.md5(parts.map((part) => `coalesce(${prefix}${part}, '')`).join(' || '))
}

const keyOf = (input: DeltaInput): string =>
  input.doubt === undefined ? 'coalesce(c.k, s.k)' : 'coalesce(c.k, s.k, d.k)'

function joins(input: DeltaInput): string {
  const tables = [`${input.candidates} as c`, `full join ${input.snapshot} as s on c.k = s.k`]
  if (input.doubt !== undefined) tables.push(`full join (${input.doubt}) as d on d.k = coalesce(c.k, s.k)`)
  if (input.parked !== undefined) tables.push(`left join (${input.parked.query}) as p on p.k = c.k`)
  return tables.join('\n  ')
}

function rowColumns(
  dialect: Dialect,
  input: DeltaInput,
  slots: readonly SlotSql[],
  leaves: boolean,
): string[] {
  const real = slots.map((slot) => slot.really).join(' or ')
  const leaving = leaves ? ABSENT : 'false'
  const op =
    input.doubt === undefined
      ? `case when s.k is null then 'add' when ${leaving} then 'remove' else 'change' end`
      : `case when ${ABSENT} and s.k is null then 'repair' when s.k is null then 'add' when ${leaving} then 'remove' when ${real} then 'change' else 'repair' end`
  const members = slots.flatMap((slot) => (slot.member === undefined ? [] : [slot.member]))
  const sum = slots.map((slot) => `case when ${slot.says} then 1 else 0 end`).join(' + ')
  const any = (name: 'sets' | 'moved') => slots.flatMap((slot) => slot[name] ?? []).join(' or ') || 'false'
  const lost = slots.flatMap((slot) => slot.lost ?? [])
  const text = (parts: readonly string[]) =>
    parts.length === 0 ? `cast(null as ${dialect.types.text})` : `nullif(${dialect.joinText(',', parts)}, '')`
  return [
    `${keyOf(input)} as k`,
    `${op} as op`,
    `(${PRESENT} or ${leaves ? 'false' : 's.k is not null'}) as stays`,
    `${input.createUsers ? `(${PRESENT} and (${any('sets')}))` : 'false'} as sets`,
    `${sum} as points`,
    `(${any('moved')}) as moved`,
    `${lost.length === 0 ? `cast(null as ${dialect.types.text})` : `nullif(${dialect.joinText('', lost)}, '')`} as lost`,
    `${text(members)} as members`,
    's.since as since',
    ...slots.flatMap((slot) => slot.columns),
    ...(input.parked === undefined ? [] : ['p.whole as whole']),
  ]
}

interface SlotSql {
  /** Different, or in doubt. */
  readonly changed: string
  /** Different whatever the doubt. */
  readonly really: string
  /** Something of this slot is sent. */
  readonly says: string
  /** Only the stored form changes. */
  readonly rewrite?: string
  readonly member?: string
  readonly sets?: string
  readonly moved?: string
  readonly lost?: string
  readonly columns: readonly string[]
  readonly named: readonly string[]
}

function slotSql(dialect: Dialect, input: DeltaInput, slot: Slot, index: number): SlotSql {
  const s = (write: Pick<Write, 'column'>) => `s.${dialect.ident(write.column)}`
  const doubt = input.doubt !== undefined
  const holds =
    slot.held.length === 0 ? 'false' : slot.held.map((write) => `${s(write)} is not null`).join(' or ')
  if (slot.target === undefined) return goneSql(dialect, slot, { index, doubt, holds })
  const { target } = slot
  const same = slot.held.find((write) => write.column === target.column)
  const others = slot.held.filter((write) => write !== same)
  const before = same === undefined ? `cast(null as ${dialect.columnType(target.valueKind)})` : s(same)
  const now = target.source === undefined ? 'true' : `c.${dialect.ident(target.column)}`
  const parked =
    input.parked?.slots.has(index) === true
      ? `coalesce(p.p${index} = ${dialect.md5(`coalesce(${dialect.wire(target.valueKind, now)}, 'null')`)}, false)`
      : undefined
  const kept = target.onLeave === 'keep'
  const differs = difference(dialect, {
    slot,
    now,
    before,
    others: others.map((w) => dialect.wire(w.valueKind, s(w))),
  })
  const arrives = parked === undefined ? differs : `(${differs}) and not ${parked}`
  const really = `(case when ${PRESENT} then ${arrives} else ${kept ? 'false' : `(${holds})`} end)`
  const omitted = target.nulls === 'omit'
  const today = omitted ? `coalesce(${now}, ${before})` : now
  const value = `case when ${PRESENT} then ${parked === undefined ? today : `case when ${parked} then ${before} else ${today} end`} else ${kept ? before : 'null'} end`
  // In doubt: the whole target is sent; where the target has nothing, the write is taken back.
  const nullsToo = omitted ? 'false' : `(d.hard or ${holds})`
  const doubted = `(d.k is not null and case when ${PRESENT} then ${today} is not null or ${nullsToo} else d.hard or ${holds} end${parked === undefined ? '' : ` and not ${parked}`})`
  const changed = doubt ? `(${really} or ${doubted})` : really
  const wire = dialect.wire(target.valueKind, value)
  const back = takenBack(target.onLeave)
  const columns = [
    `${value} as ${dialect.ident(`v_${target.column}`)}`,
    ...others.map(
      (w) => `cast(null as ${dialect.columnType(w.valueKind)}) as ${dialect.ident(`v_${w.column}`)}`,
    ),
  ]
  const named = [`v_${target.column}`, ...others.map((w) => `v_${w.column}`)]
  const set = `(${value}) is not null`
  const common = {
    changed,
    really,
    says: changed,
    sets: `(${changed} and ${set})`,
    ...(others.length > 0
      ? { rewrite: `(${PRESENT} and (${others.map((w) => `${s(w)} is not null`).join(' or ')}))` }
      : {}),
  }
  if (slot.element !== undefined) {
    return {
      ...common,
      columns: [
        `case when ${changed} then case when ${set} then 'add' else 'remove' end end as l${index}`,
        ...columns,
      ],
      named: [`l${index}`, ...named],
    }
  }
  const name = dialect.literal(`${JSON.stringify(slot.attribute)}:`)
  const said =
    target.source === undefined
      ? `case when ${set} then 'true' else '${back}' end`
      : `coalesce(${wire}, '${back}')`
  return {
    ...common,
    member: `case when ${changed} then ${name} || ${said} end`,
    ...(target.source === undefined || slot.held.length === 0 || omitted
      ? {}
      : {
          lost: `case when ${PRESENT} and (${holds}) and ${now} is null${parked === undefined ? '' : ` and not ${parked}`} then '[${index}]' end`,
        }),
    columns,
    named,
  }
}

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
      ? `${now} is distinct from ${before}`
      : // Another value kind is held: JSON text decides, so that 5 kept as text and 5 kept as a number are told apart.
        `${dialect.wire(target.valueKind, now)} is distinct from coalesce(${[dialect.wire(target.valueKind, before), ...others].join(', ')})`
  return target.nulls === 'omit' ? `(${now} is not null and ${differs})` : differs
}

/** A slot that today's definition no longer makes: taken back by its old policy, or forgotten if that says keep. */
function goneSql(
  dialect: Dialect,
  slot: Slot,
  context: { index: number; doubt: boolean; holds: string },
): SlotSql {
  const policy = slot.held[0]?.onLeave ?? 'keep'
  const really = policy === 'keep' ? 'false' : `(${context.holds})`
  const changed = context.doubt
    ? `(${really} or (d.k is not null and d.hard and not (${policy === 'keep' ? context.holds : 'false'})))`
    : really
  const values = slot.held.map(
    (w) => `cast(null as ${dialect.columnType(w.valueKind)}) as ${dialect.ident(`v_${w.column}`)}`,
  )
  const named = slot.held.map((w) => `v_${w.column}`)
  const common = {
    changed,
    really,
    says: changed,
    moved: changed,
    ...(policy === 'keep'
      ? {}
      : { lost: `case when ${PRESENT} and (${context.holds}) then '[${context.index}]' end` }),
  }
  if (slot.element !== undefined) {
    return {
      ...common,
      columns: [`case when ${changed} then 'remove' end as l${context.index}`, ...values],
      named: [`l${context.index}`, ...named],
    }
  }
  const name = dialect.literal(`${JSON.stringify(slot.attribute)}:${takenBack(policy)}`)
  return { ...common, member: `case when ${changed} then ${name} end`, columns: values, named }
}

const takenBack = (policy: LeavePolicy): 'false' | 'null' => (policy === 'false' ? 'false' : 'null')
