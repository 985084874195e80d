// Decides the select that turns the author's rows into candidates: the key as text, what is wrong with the row, and every
// value in its canonical form; and the queries that judge the keys. Pure text. A bad row stays among the candidates,
// flagged: filtered out before the join it would look like somebody who left.

import { MAX_ALIAS_BYTES, MAX_ID_BYTES } from '../model/limits.ts'
import type { ValueKind } from '../model/words.ts'
import type { Dialect, SourceDialect } from '../warehouse/port.ts'
import type { Shape } from './shape.ts'
import type { Slot } from './slots.ts'

export interface CandidateSelect {
  readonly select: string
  readonly columns: readonly { readonly name: string; readonly kind: ValueKind }[]
}

export function candidateSelect(
  dialect: SourceDialect,
  query: { sql: string; shape: Shape; slots: readonly Slot[]; round?: number },
): CandidateSelect {
  const { shape } = query
  const of = (column: string) => `q.${dialect.ident(column)}`
  const sources = query.slots.flatMap(({ target }) =>
    target?.source === undefined
      ? []
      : [{ column: target.column, attribute: target.attribute, source: target.source }],
  )
  const faults = sources.flatMap(({ attribute, source }) => {
    const fault = source.value.fault?.(of(source.column))
    return fault === undefined ? [] : [`${dialect.literal(`${attribute}: `)} || (${fault})`]
  })
  const options = query.round === undefined ? {} : { round: query.round }
  const lines = [
    `${keyOf(dialect, shape)} as ${dialect.ident('k')}`,
    `coalesce(${[...keyFaults(dialect, shape), ...faults].join(', ')}) as ${dialect.ident('bad')}`,
    ...sources.map(
      ({ column, source }) =>
        `${source.value.canonical(of(source.column), options)} as ${dialect.ident(column)}`,
    ),
  ]
  return {
    // The line break before the closing bracket ends a trailing comment of the author's.
    select: `select\n${lines.join(',\n')}\nfrom (\n${query.sql}\n) as q`,
    columns: [
      { name: 'k', kind: 'text' },
      { name: 'bad', kind: 'text' },
      ...sources.map(({ column, source }) => ({ name: column, kind: source.value.kind })),
    ],
  }
}

/** The person as one text; an alias is the JSON of Braze's user_alias object, so that no separator can be forged. */
function keyOf(dialect: SourceDialect, shape: Shape): string {
  const texts = shape.keyColumns.map((column) => keyText(dialect, shape, column))
  const [name, label] = texts
  if (shape.identity !== 'alias' || label === undefined) return name ?? 'null'
  return (
    `case when ${name} is null or ${label} is null then null when ${dialect.isBlank(name ?? '')} or ${dialect.isBlank(label)} then '' ` +
    `else '{"alias_name":' || ${dialect.jsonText(name ?? '')} || ',"alias_label":' || ${dialect.jsonText(label)} || '}' end`
  )
}

const keyText = (dialect: SourceDialect, shape: Shape, column: string): string =>
  dialect.keyText(`q.${dialect.ident(column)}`, shape.identity === 'email')

function keyFaults(dialect: SourceDialect, shape: Shape): string[] {
  const limit = shape.identity === 'alias' ? MAX_ALIAS_BYTES : MAX_ID_BYTES
  return shape.keyColumns.map((column) => {
    const text = keyText(dialect, shape, column)
    const nul =
      dialect.hasNul === undefined
        ? ''
        : `when ${dialect.hasNul(text)} then '${column}: contains a NUL character' `
    return (
      `case when ${text} is null then 'null key' when ${dialect.isBlank(text)} then 'blank key' ${nul}` +
      `when ${dialect.bytes(text)} > ${limit} then '${column}: over ${limit} bytes' end`
    )
  })
}

/** One row: rows_read, null_keys, blank_keys, bad_rows. */
export const keyCounts = (dialect: Dialect, table: string): string => countKeys(dialect, table, [])

/** The same, and `repeats`; when that is 0, no key stands on more than one row. */
export function keyCheck(dialect: Dialect, table: string): string {
  const glance = dialect.glance('k')
  return glance === undefined
    ? `select c.*, d.duplicate_keys as repeats from (${keyCounts(dialect, table)}) as c cross join (${duplicateCheck(table)}) as d`
    : countKeys(dialect, table, [`count(k) - count(distinct ${glance}) as repeats`])
}

function countKeys(dialect: Dialect, table: string, more: readonly string[]): string {
  const counts = [
    'count(*) as rows_read',
    `${dialect.countIf('k is null')} as null_keys`,
    `${dialect.countIf("bad = 'blank key'")} as blank_keys`,
    `${dialect.countIf('bad is not null')} as bad_rows`,
    ...more,
  ]
  return `select ${counts.join(', ')} from ${table}`
}

/** One row: duplicate_keys, how many keys stand on more than one row. */
export function duplicateCheck(table: string): string {
  return `select count(*) as duplicate_keys from (select k from ${table} where k is not null group by k having count(*) > 1) as d`
}

/** Statements that leave one flagged row for each key that stands on several, and none for rows without a key. */
export function withholdBadKeys(dialect: Dialect, table: string, scratch: string): string[] {
  return [
    `create table ${scratch}${dialect.runTable('k')} as select k from ${table} where k is not null group by k having count(*) > 1`,
    `delete from ${table} where k is null or bad = 'blank key' or k in (select k from ${scratch})`,
    `insert into ${table} (k, bad) select k, 'duplicate key' from ${scratch}`,
    `drop table ${scratch}`,
  ].map((sql) => (dialect.name === 'postgres' ? sql.replace(/^create table/, 'create temp table') : sql))
}
