// Decides the statements that advance one sync's snapshot by what Braze accepted, and by nothing else; what we cannot know
// enters doubt. Pure text; each list runs in one transaction, after the fence was checked. Order matters throughout:
// rejections read the values that were refused before those are replaced by the old ones; and where a transaction is none,
// each statement looks at the lease itself and may run again.

import type { Identity } from '../model/words.ts'
import { answersOf } from './ack-tables.ts'
import { rowMark } from './delta.ts'
import { isSilent, saidText } from './said.ts'
import { omitting, type Slot } from './slots.ts'
import { inScope, type Ledger, literal } from './sql.ts'

export interface SettleInput {
  readonly run: string
  readonly plan: string
  readonly sync: string
  readonly identity: Identity
  readonly slots: readonly Slot[]
  readonly delta: string
  readonly snapshot: string
  readonly outbox: string
  /** Tables of (seq, identity, k), made once a run: whom Braze accepted, of whom we do not know. */
  readonly accepted: string
  readonly unsure: string
  /** Name for a table of this transaction's own. */
  readonly scratch: string
  /** Every row of the outbox was accepted and nothing refused: the delta itself is what to settle. */
  readonly allAccepted: boolean
  /** The last outbox number that carried this sync, when it was stopped midway; later rows say nothing about it. */
  readonly stoppedAfter?: number
  readonly firstLoad: boolean
  readonly hasSentAt: boolean
  readonly maxAttempts: number
  readonly keepsHistory: boolean
  /** Condition that the lease is still ours, see `stillOurs`. */
  readonly fence: string
  /** Whether anybody of the sync was in doubt, or had a refusal on record, when the settle began. */
  readonly isInDoubt: boolean
  readonly hasRefusals: boolean
}

/** Condition on delta row `d`: Braze accepted it, or it had nothing to send. */
export function settledCondition(ledger: Ledger, input: SettleInput): string {
  if (input.allAccepted) return input.fence
  return `((${isSilent(input.slots, 'd')}) or ${among(ledger, input, input.accepted)}) and ${input.fence}`
}

/** Condition on delta row `d`: its person is in a table of outcomes, by a row that carried this sync. */
export function among(ledger: Ledger, input: SettleInput, table: string): string {
  return `d.k in (select k from ${table} where identity = ${literal(ledger.dialect, input.identity)}${upTo(input, 'seq')})`
}

const upTo = (input: SettleInput, seq: string): string =>
  input.stoppedAfter === undefined ? '' : ` and ${seq} <= ${input.stoppedAfter}`

/** Tables of accepted and unsure people of a run: [accepted, unsure]. */
export function outcomeTables(
  ledger: Ledger,
  input: { run: string; outbox: string; accepted: string; unsure: string; size: number },
): string[] {
  const { dialect } = ledger
  const answers = answersOf(ledger, input.run)
  const acks = (outcomes: string) =>
    `select ${dialect.divide('first_seq', String(input.size))} from ${answers.acks} where ${inScope(ledger)} and run = ${literal(dialect, input.run)} and outcome in (${outcomes})`
  const batch = dialect.divide('o.seq', String(input.size))
  const refused = `select seq from ${answers.refusals} where ${inScope(ledger)} and run = ${literal(dialect, input.run)} and attribute = ''`
  const startedTo = `select coalesce(max(last_seq), -1) from ${answers.acks} where ${inScope(ledger)} and run = ${literal(dialect, input.run)} and outcome = 'started'`
  return [
    `create table ${input.accepted}${dialect.runTable('k')} as select o.seq, o.identity, o.k from ${input.outbox} as o where ${batch} in (${acks("'accepted'")}) and o.seq not in (${refused})`,
    `create table ${input.unsure}${dialect.runTable('k')} as select o.seq, o.identity, o.k from ${input.outbox} as o where o.seq <= (${startedTo}) and ${batch} not in (${acks("'accepted', 'unsent'")})`,
  ]
}

/** Statements that settle one sync, in order. */
export function settleSync(ledger: Ledger, input: SettleInput): string[] {
  const { dialect } = ledger
  const done = settledCondition(ledger, input)
  const writes = input.slots.flatMap((slot) => [
    ...(slot.target === undefined ? [] : [slot.target]),
    ...slot.held,
  ])
  const columns = [...new Set(writes.map((write) => write.column))]
  const v = (column: string) => `d.${dialect.ident(`v_${column}`)}`
  // Of somebody who leaves nothing is left, unless Braze refused to take it back.
  const anything = columns.map((column) => `${v(column)} is not null`).join(' or ') || 'false'
  const names = [
    'k',
    'since',
    ...(input.hasSentAt ? ['sent_at'] : []),
    ...columns.map((c) => dialect.ident(c)),
  ]
  const values = [
    ...['d.k', `coalesce(d.since, ${dialect.now})`],
    ...(input.hasSentAt ? [dialect.now] : []),
    ...columns.map(v),
  ]
  return [
    // Before the values that were refused are replaced by the old ones: it tells what was sent.
    ...(input.firstLoad || !input.keepsHistory ? [] : [addHistory(ledger, input, done)]),
    ...(input.allAccepted ? [] : refusedBack(ledger, input)),
    ...(dialect.isAtomic
      ? [
          `delete from ${input.snapshot} where k in (select d.k from ${input.delta} as d where op <> 'add' and ${done})`,
          `insert into ${input.snapshot} (${names.join(', ')}) select ${values.join(', ')} from ${input.delta} as d where (${anything}) and ${done}`,
        ]
      : [mergeSnapshot(input, { names, values, anything, done })]),
    ...doubtAndRejections(ledger, input, done),
  ]
}

/** In one statement, so that no crash leaves people out. Run again it finds what it wrote. */
function mergeSnapshot(
  { snapshot, delta }: SettleInput,
  rows: { names: readonly string[]; values: readonly string[]; anything: string; done: string },
): string {
  const { names, values } = rows
  const source = values.map((value, i) => `${value} as n${i}`)
  const set = names.flatMap((name, i) => (name === 'k' || name === 'since' ? [] : [`${name} = d.n${i}`]))
  return (
    `merge ${snapshot} as s using (select ${source.join(', ')}, (${rows.anything}) as holds from ${delta} as d where ${rows.done}) as d on s.k = d.n0 ` +
    `when matched and not d.holds then delete when matched then update set ${set.join(', ')} ` +
    `when not matched and d.holds then insert (${names.join(', ')}) values (${names.map((_, i) => `d.n${i}`).join(', ')})`
  )
}

/** Columns that Braze refused keep the value that the snapshot held. */
function refusedBack(ledger: Ledger, input: SettleInput): string[] {
  const { dialect } = ledger
  return input.slots.flatMap((slot) => {
    const who = refusedPeople(ledger, input, `r.attribute = ${literal(dialect, slot.attribute)}`)
    const held = new Set(slot.held.map((write) => write.column))
    const columns = [...new Set([...(slot.target === undefined ? [] : [slot.target.column]), ...held])]
    return columns.flatMap((column) => {
      const [name, v] = [dialect.ident(column), dialect.ident(`v_${column}`)]
      return [
        `update ${input.delta} set ${v} = null where k in (${who})`,
        ...(held.has(column)
          ? [
              `update ${input.delta} as d set ${v} = s.${name} from ${input.snapshot} as s where s.k = d.k and d.k in (${who})`,
            ]
          : []),
      ]
    })
  })
}

const refusedPeople = (ledger: Ledger, input: SettleInput, condition: string): string =>
  `select o.k from ${answersOf(ledger, input.run).refusals} as r join ${input.outbox} as o on o.seq = r.seq ` +
  `where ${inScope(ledger, 'r')} and r.run = ${literal(ledger.dialect, input.run)} and o.identity = ${literal(ledger.dialect, input.identity)}${upTo(input, 'o.seq')} and ${condition}`

/** Condition on refusal `r`: it is about the person, or about something that this sync writes. */
function isOurs({ dialect }: Ledger, { slots }: SettleInput): string {
  const names = new Set(['', ...slots.map((slot) => slot.attribute)])
  return `r.attribute in (${[...names].map((name) => literal(dialect, name)).join(', ')})`
}

function addHistory(ledger: Ledger, input: SettleInput, done: string): string {
  const { dialect } = ledger
  const { project, workspace } = ledger.scope
  const fixed = [project, workspace, input.sync].map((text) => literal(dialect, text)).join(', ')
  // Run again, it finds what it wrote.
  const once = dialect.isAtomic
    ? ''
    : ` and not exists (select 1 from ${dialect.table('history')} as h where ${inScope(ledger, 'h')} and h.sync = ${literal(dialect, input.sync)} and h.run = ${literal(dialect, input.run)})`
  return (
    `insert into ${dialect.table('history')} (project, workspace, sync, k, op, members, run, settled_at) ` +
    `select ${fixed}, d.k, d.op, ${saidText(dialect, input.slots, 'd')}, ${literal(dialect, input.run)}, ${dialect.now} from ${input.delta} as d where d.op in ('add', 'change', 'remove') and ${done}${once}`
  )
}

function doubtAndRejections(ledger: Ledger, input: SettleInput, done: string): string[] {
  const { dialect } = ledger
  const doubt = dialect.table('doubt')
  const anyRefused = refusedPeople(ledger, input, isOurs(ledger, input))
  const cleared = input.allAccepted ? done : `${done} and d.k not in (${anyRefused})`
  const clear = clearDoubt(ledger, input, cleared)
  const refused = `${inScope(ledger, 'j')} and j.sync = ${literal(dialect, input.sync)} and j.source = 'braze' and not j.parked`
  const obsolete = `delete from ${dialect.table('rejections')} as j where ${refused} and ${input.fence}`
  if (input.allAccepted)
    return [
      ...(input.isInDoubt ? clear : []),
      ...(input.hasRefusals ? [obsolete, ...freshMarks(ledger, input)] : []),
    ]
  const { project, workspace } = ledger.scope
  const fixed = [project, workspace, input.sync].map((text) => literal(dialect, text)).join(', ')
  return [
    ...clear,
    `insert into ${doubt} (project, workspace, sync, k, reason, since) select ${fixed}, d.k, 'unknown', ${dialect.now} ` +
      `from ${input.delta} as d where not (${isSilent(input.slots, 'd')}) ` +
      `and (${among(ledger, input, input.unsure)} or d.k in (${refusedPeople(ledger, input, `r.may_hold and ${isOurs(ledger, input)}`)})) ` +
      `and not exists (select 1 from ${doubt} as x where ${inScope(ledger, 'x')} and x.sync = ${literal(dialect, input.sync)} and x.k = d.k and x.reason = 'unknown') and ${input.fence}`,
    // What no longer differs, or was accepted, is not rejected any more.
    `${obsolete} and (not exists (select 1 from ${input.delta} as x where x.k = j.k) or j.k in (select d.k from ${input.delta} as d where ${cleared}))`,
    ...freshMarks(ledger, input),
  ]
}

/** What an unanswered write may have left in a column that omits its NULL, no later row has said: that doubt goes on. */
function clearDoubt(ledger: Ledger, input: SettleInput, cleared: string): string[] {
  const { dialect } = ledger
  const doubt = dialect.table('doubt')
  const ours = `${inScope(ledger)} and sync = ${literal(dialect, input.sync)}`
  const people = (condition: string) => `select d.k from ${input.delta} as d where ${condition}`
  if (omitting(input.slots).length === 0)
    return [`delete from ${doubt} where ${ours} and k in (${people(cleared)})`]
  const [unsaid, unknown] = [people(`d.omits and ${cleared}`), `${ours} and reason = 'unknown'`]
  return [
    // Once for each person. Run again, each finds what it wrote.
    `delete from ${doubt} where ${ours} and reason = 'omitted' and k in (${unsaid}) and k in (select k from ${doubt} where ${unknown})`,
    `update ${doubt} set reason = 'omitted' where ${unknown} and k in (${unsaid})`,
    `delete from ${doubt} where ${ours} and k in (${people(cleared)}) and (reason <> 'omitted' or k not in (${unsaid}))`,
  ]
}

/** A parked refusal is over once its attribute was sent with another value and accepted. */
function freshMarks(ledger: Ledger, input: SettleInput): string[] {
  const { dialect } = ledger
  const ours = `${inScope(ledger, 'j')} and j.sync = ${literal(dialect, input.sync)}`
  const refused = input.allAccepted
    ? ''
    : `and d.k not in (${refusedPeople(ledger, input, isOurs(ledger, input))})`
  const sent = input.slots.flatMap((slot, i) =>
    slot.element === undefined ? [`(j.attribute = ${literal(dialect, slot.attribute)} and d.s${i})`] : [],
  )
  return [
    `delete from ${dialect.table('rejections')} as j where ${ours} and j.source = 'braze' and j.parked and exists (select 1 from ${input.delta} as d ` +
      `where d.k = j.k and ${settledCondition(ledger, input)} and (${[`j.attribute = ''`, ...sent].join(' or ')}) ${refused})`,
  ]
}

/**
 * Statements that keep what Braze refused: a table of (k, attribute, reason, mark), then the rejections brought up to date
 * by it. To be run before `settleSync`, in the same transaction.
 */
export function keepRefusals(ledger: Ledger, input: SettleInput): string[] {
  const { dialect } = ledger
  const ours = `${inScope(ledger, 'j')} and j.sync = ${literal(dialect, input.sync)} and j.source = 'braze'`
  const { project, workspace } = ledger.scope
  const rejections = dialect.table('rejections')
  const fixed = [project, workspace, input.sync].map((text) => literal(dialect, text)).join(', ')
  const tries = 'case when j.value_mark = n.mark then j.attempts + 1 else 1 end'
  const run = literal(dialect, input.run)
  return [
    `drop table if exists ${input.scratch}`,
    `create table ${input.scratch}${dialect.runTable('k')} as ${refusedRows(ledger, input)}`,
    // Of another run: this one counts once, however often it is settled.
    `update ${rejections} as j set attempts = ${tries}, parked = ${tries} >= ${input.maxAttempts}, reason = n.reason, value_mark = n.mark, ` +
      `run = ${run}, last_at = ${dialect.now} from ${input.scratch} as n where ${ours} and n.k = j.k and n.attribute = j.attribute and j.run <> ${run} and ${input.fence}`,
    `insert into ${rejections} (project, workspace, sync, k, attribute, source, reason, value_mark, attempts, parked, run, first_at, last_at) ` +
      `select ${fixed}, n.k, n.attribute, 'braze', n.reason, n.mark, 1, ${input.maxAttempts <= 1 ? 'true' : 'false'}, ${run}, ${dialect.now}, ${dialect.now} ` +
      `from ${input.scratch} as n where ${input.fence} and not exists (select 1 from ${rejections} as x where ${inScope(ledger, 'x')} and x.sync = ${literal(dialect, input.sync)} ` +
      `and x.source = 'braze' and x.k = n.k and x.attribute = n.attribute)`,
    `delete from ${rejections} as j where ${ours} and j.attribute <> '' and exists (select 1 from ${input.scratch} as n where n.k = j.k and n.attribute = '')`,
  ]
}

/** One row: people refused, `whole` of them as a whole, `fresh` refusals not on record with the same value. Before keepRefusals. */
export function countFresh(ledger: Ledger, input: SettleInput): string {
  const { dialect } = ledger
  return (
    `select count(distinct n.k) as people, count(distinct case when n.attribute = '' then n.k end) as whole, ${dialect.countIf('x.k is null')} as fresh from (select k, attribute, mark from (${refusedRows(ledger, input)}) as q) as n left join ${dialect.table('rejections')} as x ` +
    `on ${inScope(ledger, 'x')} and x.sync = ${literal(dialect, input.sync)} and x.source = 'braze' and x.k = n.k and x.attribute = n.attribute and x.value_mark = n.mark`
  )
}

function refusedRows(ledger: Ledger, input: SettleInput): string {
  const { dialect } = ledger
  const marks = input.slots.flatMap((slot) => {
    if (slot.target === undefined) return []
    const wire = dialect.wire(slot.target.valueKind, `d.${dialect.ident(`v_${slot.target.column}`)}`)
    return [
      `when r.attribute = ${literal(dialect, slot.attribute)} then ${dialect.md5(`coalesce(${wire}, 'null')`)}`,
    ]
  })
  return (
    `select d.k, r.attribute, min(r.reason) as reason, min(case when r.attribute = '' then ${rowMark(dialect, input.slots, 'd')} ${marks.join(' ')} end) as mark ` +
    `from ${answersOf(ledger, input.run).refusals} as r join ${input.outbox} as o on o.seq = r.seq join ${input.delta} as d on d.k = o.k ` +
    `where ${inScope(ledger, 'r')} and r.run = ${literal(dialect, input.run)} and o.identity = ${literal(dialect, input.identity)}${upTo(input, 'o.seq')} ` +
    `and not (${isSilent(input.slots, 'd')}) and ${isOurs(ledger, input)} ` +
    `group by d.k, r.attribute`
  )
}
