// Decides how the deltas of a run become one row per person, JSON written by the database, numbered into batches.
// Pure text. The fill goes bucket by bucket, since one group-by over all people runs an embedded database out of memory;
// numbers run on across buckets, so that batches stay full.

import type { Identity } from '../model/words.ts'
import type { Dialect } from '../warehouse/port.ts'
import { isSilent, membersText } from './said.ts'
import type { Slot } from './slots.ts'

export interface OutboxPart {
  readonly sync: string
  readonly identity: Identity
  readonly delta: string
  readonly slots: readonly Slot[]
  /** People with something to send, and rows without. */
  readonly rows: number
  readonly silent: number
  readonly removes: number
  readonly firstLoad: boolean
}

/** Its key, `seq`, is made once it is filled. */
export function createOutbox(dialect: Dialect, outbox: string): string {
  const { bigint, text } = dialect.types
  return `create table ${outbox} (seq ${bigint}, identity ${text}, k ${text}, obj ${text})${dialect.runTable('seq')}`
}

/**
 * The delta of a single sync as an outbox: every row has something to send, its number, and no other sync's to meet.
 * What is sent is then written while it is read.
 */
export function viewAsOutbox(dialect: Dialect, outbox: string, part: OutboxPart): string {
  const lists = listsOf([part])
  const rows = partRows(dialect, part, { lists, conditions: [], columns: ['d.seq'] })
  const identity = `cast(${dialect.literal(part.identity)} as ${dialect.types.text}) as identity`
  return `create view ${outbox} as select seq, ${identity}, k, ${objectText(dialect, part.identity, lists)} as obj from (${rows}) as g`
}

/** People who go first: 0 those with something taken back, 1 those of small deltas beside a big first load. */
export function createFront(
  dialect: Dialect,
  front: string,
  parts: readonly OutboxPart[],
): string | undefined {
  const mixed = parts.some((part) => part.firstLoad) && parts.some((part) => !part.firstLoad)
  const rows = parts.flatMap((part) => [
    ...(part.removes > 0
      ? [
          `select ${dialect.literal(part.identity)} as identity, k, 0 as turn from ${part.delta} where op = 'remove' or lost is not null`,
        ]
      : []),
    ...(mixed && !part.firstLoad
      ? [`select ${dialect.literal(part.identity)} as identity, k, 1 as turn from ${part.delta}`]
      : []),
  ])
  if (rows.length === 0) return undefined
  return `create table ${front}${dialect.runTable('k')} as select identity, k, min(turn) as turn from (${rows.join(' union all ')}) as f group by identity, k`
}

export interface FillStep {
  readonly identity: Identity
  /** Statement that appends to the outbox, given the first free number; it touches as many rows as it appends. */
  sql(offset: number): string
  /** Numbers that it takes up, when those are more than its rows. */
  readonly span?: number
}

/** The fill, in order. `without`: only people whose row is not in the outbox yet (after a sync was stopped midway). */
export function fillSteps(
  dialect: Dialect,
  input: {
    outbox: string
    front: string | undefined
    parts: readonly OutboxPart[]
    /** Objects of a batch. */
    size: number
    without?: boolean
  },
): FillStep[] {
  const identities = [...new Set(input.parts.map((part) => part.identity))]
  const of = (identity: Identity) => input.parts.filter((part) => part.identity === identity && part.rows > 0)
  const groups = identities
    .map((identity) => ({ identity, parts: of(identity) }))
    .filter((group) => group.parts.length > 0)
  const turns: (string | undefined)[] =
    input.front === undefined ? [undefined] : ['turn = 0', 'turn = 1', undefined]
  return turns.flatMap((turn) =>
    groups.flatMap(({ identity, parts }) => {
      const rows = parts.reduce((sum, part) => sum + part.rows, 0)
      const buckets = dialect.outboxBuckets(rows)
      const who = [
        ...frontCondition(dialect, input.front, { identity, turn }),
        ...(input.without === true
          ? [
              `not exists (select 1 from ${input.outbox} as o where o.k = d.k and o.identity = ${dialect.literal(identity)})`,
            ]
          : []),
      ]
      const step = { outbox: input.outbox, identity, parts }
      const span = dialect.bucketSpan(input.size)
      if (span !== undefined) {
        const bucket = dialect.bucket('k', buckets)
        const number = (offset: number) =>
          buckets === 1
            ? `${offset} + row_number() over () - 1`
            : `${offset} + ${bucket} * ${span} + row_number() over (partition by ${bucket}) - 1`
        const sql = (offset: number) => fill(dialect, { ...step, conditions: who, number: number(offset) })
        return [{ identity, sql, span: buckets * span }]
      }
      return Array.from({ length: buckets }, (_, bucket): FillStep => {
        const its = buckets === 1 ? [] : [`${dialect.bucket('d.k', buckets)} = ${bucket}`]
        const number = (offset: number) => `${offset} + row_number() over () - 1`
        return {
          identity,
          sql: (offset) => fill(dialect, { ...step, conditions: [...its, ...who], number: number(offset) }),
        }
      })
    }),
  )
}

function frontCondition(
  dialect: Dialect,
  front: string | undefined,
  step: { identity: Identity; turn: string | undefined },
): string[] {
  if (front === undefined) return []
  const same = `identity = ${dialect.literal(step.identity)}`
  return step.turn === undefined
    ? [`not exists (select 1 from ${front} as f where f.k = d.k and f.${same})`]
    : [`d.k in (select k from ${front} where ${same} and ${step.turn})`]
}

interface Fill {
  readonly outbox: string
  readonly identity: Identity
  readonly parts: readonly OutboxPart[]
  readonly conditions: readonly string[]
  /** Expression of a row's number. */
  readonly number: string
}

function fill(dialect: Dialect, step: Fill): string {
  const lists = listsOf(step.parts)
  const rows = step.parts.map((part) => partRows(dialect, part, { lists, conditions: step.conditions }))
  const head = `insert into ${step.outbox} (seq, identity, k, obj)\n`
  const columns = ['m', ...lists.flatMap((_, j) => [`a${j}`, `r${j}`])]
  const merged =
    step.parts.length === 1
      ? `select * from (${rows[0]}) as u`
      : `select k, ${dialect.boolOr('creates')} as creates, ${columns.map((c) => `${dialect.joinRows(c)} as ${c}`).join(', ')}\n  from (${rows.join('\n  union all ')}) as u group by k`
  return `${head}select ${step.number}, ${dialect.literal(step.identity)}, k, ${objectText(dialect, step.identity, lists)}\nfrom (${merged}) as g`
}

const listsOf = (parts: readonly OutboxPart[]): string[] => [
  ...new Set(
    parts.flatMap((part) =>
      part.slots.flatMap((slot) => (slot.element === undefined ? [] : [slot.attribute])),
    ),
  ),
]

function partRows(
  dialect: Dialect,
  part: OutboxPart,
  input: { lists: readonly string[]; conditions: readonly string[]; columns?: readonly string[] },
): string {
  const elements = input.lists.flatMap((list) => [
    listText(dialect, part.slots, list, 'add'),
    listText(dialect, part.slots, list, 'remove'),
  ])
  const names = input.lists.flatMap((_, j) => [`a${j}`, `r${j}`])
  const where = [`not (${isSilent(part.slots, 'd')})`, ...input.conditions].join(' and ')
  const first = [...(input.columns ?? []), 'd.k']
  return `select ${first.join(', ')}, d.sets as creates, ${membersText(dialect, part.slots, 'd')} as m${elements.map((text, i) => `, ${text} as ${names[i]}`).join('')} from ${part.delta} as d where ${where}`
}

/** The elements of one list that a row adds or removes, as JSON strings joined by commas; NULL for none. */
function listText(dialect: Dialect, slots: readonly Slot[], list: string, op: 'add' | 'remove'): string {
  const cases = slots.flatMap((slot, i) =>
    slot.element === undefined || slot.attribute !== list
      ? []
      : [`case when d.l${i} = '${op}' then ${dialect.literal(JSON.stringify(slot.element))} end`],
  )
  if (cases.length === 0) return `cast(null as ${dialect.types.text})`
  return cases.length === 1 ? (cases[0] ?? '') : `nullif(${dialect.joinText(',', cases)}, '')`
}

function objectText(dialect: Dialect, identity: Identity, lists: readonly string[]): string {
  const members = lists.map((list, j) => {
    const name = dialect.literal(`,${JSON.stringify(list)}:{`)
    const parts = [`'"add":[' || a${j} || ']'`, `'"remove":[' || r${j} || ']'`]
    return `case when a${j} is null and r${j} is null then '' else ${name} || ${dialect.joinText(',', parts)} || '}' end`
  })
  const person =
    identity === 'alias'
      ? `'{"user_alias":' || k`
      : `${dialect.literal(`{"${identity}":`)} || ${dialect.wire('text', 'k')}`
  // Always written out: without it Braze creates a profile for an external_id, and never does for an alias.
  const update = `case when creates then ',"_update_existing_only":false' else ',"_update_existing_only":true' end`
  return [person, update, `coalesce(',' || m, '')`, ...members, `'}'`].join(' || ')
}

/** One text per batch, whole within the range: its first number, its count, its objects, with a blank between. */
export function streamBatches(
  dialect: Dialect,
  input: { outbox: string; from: number; to: number; size: number },
): string {
  const text = (number: string) => `cast(${number} as ${dialect.types.text})`
  return (
    `select ${text('min(seq)')} || ' ' || ${text('count(*)')} || ' ' || ${dialect.joinRows('obj', 'seq')} as batch ` +
    `from ${input.outbox} where seq >= ${input.from} and seq < ${input.to} group by ${dialect.divide('seq', String(input.size))}`
  )
}

/** Rows: batch, count, first_seq, last_seq, objects (joined by commas), for numbers from `from` below `to`. */
export function readBatches(
  dialect: Dialect,
  input: { outbox: string; from: number; to: number; size: number },
): string {
  const batch = dialect.divide('seq', String(input.size))
  return (
    `select ${batch} as batch, count(*) as n, min(seq) as first_seq, max(seq) as last_seq, ${dialect.joinRows('obj', 'seq')} as objects ` +
    `from ${input.outbox} where seq >= ${input.from} and seq < ${input.to} group by ${batch} order by ${batch}`
  )
}
