// Decides the SQL text in which Postgres says what the ledger needs (Dialect), and what the author's rows need on the
// way to the candidates (SourceDialect).

import type { ValueKind } from '../../model/words.ts'
import { blankText } from '../canonical.ts'
import type { Dialect, SourceDialect } from '../port.ts'

/**
 * Equality of plain text is equality of bytes, since the collation of a database is always deterministic. A column of the
 * author's can have one that is not; so what comes from the author's SQL is put under "C" first.
 */
const TEXT = 'text'

const columnTypes: Readonly<Record<ValueKind, string>> = {
  text: TEXT,
  integer: 'bigint',
  float: 'double precision',
  decimal: TEXT,
  boolean: 'boolean',
  timestamp: 'timestamp',
  date: 'date',
  json: TEXT,
}

export function ident(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Relies on standard_conforming_strings, which every connection of ours sets. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/**
 * `use` over `v.t`, a value that is computed once: Postgres finds no common expressions by itself. OFFSET 0 keeps the
 * planner from putting the expression back into every place.
 */
export function once(value: string, use: string): string {
  return `(select ${use} from (select ${value} as t offset 0) as v)`
}

/** JSON text of a stored value. */
export function wire(kind: ValueKind, x: string): string {
  switch (kind) {
    case 'text':
      return `to_json((${x})::text)::text`
    case 'integer':
    case 'boolean':
      return `(${x})::text`
    case 'float':
      // JSON wants a point so that Braze sees a float: 5 is printed as 5, and 1e20 as 1e+20.
      return once(
        `(${x})::text`,
        `case when strpos(v.t, '.') > 0 then v.t when strpos(v.t, 'e') > 0 then replace(v.t, 'e', '.0e') else v.t || '.0' end`,
      )
    case 'timestamp':
      return `to_char(${x}, '"\\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\\""')`
    case 'date':
      return `to_json((${x})::date)::text`
    case 'decimal':
    case 'json':
      return x
  }
}

/** The dialect of a ledger that lives in `schema`. */
export function postgresDialect(schema: string): Dialect {
  return {
    name: 'postgres',
    ident,
    literal,
    table: (name) => `${ident(schema)}.${ident(name)}`,
    candidateTable: (name) => `pg_temp.${ident(name)}`,
    columnType: (kind) => columnTypes[kind],
    types: {
      text: TEXT,
      bigint: 'bigint',
      boolean: 'boolean',
      timestamp: 'timestamp',
      float: 'double precision',
    },
    wire,
    // The sign bit is cleared, since the remainder of a negative number is negative.
    bucket: (expression, buckets) =>
      `((hashtextextended(${expression}, 0) & 9223372036854775807) % ${buckets})`,
    now: `(statement_timestamp() at time zone 'UTC')`,
    plusSeconds: (expression, seconds) => `(${expression} + (${seconds}) * interval '1 second')`,
    isoText: (expression) => `to_char(${expression}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
    md5: (expression) => `md5(${expression})`,
    glance: (expression) => `hashtextextended(${expression}, 0)`,
    divide: (a, b) => `((${a}) / (${b}))`,
    boolOr: (expression) => `bool_or(${expression})`,
    countIf: (condition) => `count(*) filter (where ${condition})`,
    joinText: concatWs,
    joinRows: (expression, orderBy) =>
      `string_agg(${expression}, ','${orderBy === undefined ? '' : ` order by ${orderBy}`})`,
    primaryKey: (columns) => `primary key (${columns.map(ident).join(', ')})`,
    keyAfterFill: (table, column) =>
      `create unique index if not exists ${ident(`${table}_key`)} on ${ident(schema)}.${ident(table)} (${ident(column)})`,
    rowNumber: 'row_number() over () - 1',
    // DROP TABLE fails on a view, and DROP VIEW on a table, whatever IF EXISTS says.
    dropTableOrView: (table) =>
      `do $$ begin if exists (select from pg_catalog.pg_class where oid = to_regclass(${literal(table)}) and relkind = 'v') ` +
      `then drop view ${table}; else drop table if exists ${table}; end if; end $$`,
    columns: viewedColumns,
    lockRows: 'for update',
    isAtomic: true,
    leaseSeconds: 90,
    runTable: () => '',
    logTable: () => '',
    bucketSpan: () => undefined,
    ackPauseMs: 100,
    // Its aggregates spill to disk, so one pass does.
    outboxBuckets: () => 1,
  }
}

/** A view over the ledger's plain tables is somebody's good right, and no reason to fail a run that Braze has accepted. */
const viewedColumns: NonNullable<Dialect['columns']> = {
  drop: (table, column) => unlessViewed(`${droppedColumn(table, column)};`, emptied(table, column)),
  renew: (table, column, type) => {
    const own = `select from pg_catalog.pg_attribute where attrelid = to_regclass(${literal(table)}) and attname = ${literal(column)}`
    return unlessViewed(
      `${droppedColumn(table, column)}; alter table ${table} add column ${ident(column)} ${type};`,
      `if not exists (${own} and atttypid = ${literal(type)}::regtype) then raise; end if; ${emptied(table, column)}`,
    )
  },
}

const droppedColumn = (table: string, column: string): string =>
  `alter table ${table} drop column if exists ${ident(column)}`
const emptied = (table: string, column: string): string =>
  `update ${table} set ${ident(column)} = null where ${ident(column)} is not null;`
const unlessViewed = (work: string, instead: string): string =>
  `do $$ begin ${work} exception when dependent_objects_still_exist then ${instead} end $$`

/** Space, tab and line ends: what hangs around an e-mail address that was pasted. */
const BLANKS = String.raw`E' \t\r\n'`

export const postgresSource: SourceDialect = {
  ident,
  literal,
  // Under "C" only A to Z are lowered, in every database: lower() of other letters depends on the locale of a server.
  keyText: (expression, isEmail) =>
    isEmail
      ? `lower(btrim((${expression})::text, ${BLANKS}) collate "C")`
      : `(${expression})::text collate "C"`,
  // Under "C" texts compare by their bytes; keyText says so.
  isBlank: (text) =>
    blankText(text, {
      matches: (pattern) => `${text} ~ ${literal(pattern)}`,
      character: (hex) => `\\u${hex}`,
    }),
  bytes: (expression) => `octet_length(${expression})`,
  jsonText: (expression) => `to_json((${expression})::text)::text`,
  joinText: concatWs,
}

/** A function takes a hundred arguments; an array as many as there are, and costs more. */
const MOST_ARGUMENTS = 100

function concatWs(separator: string, expressions: readonly string[]): string {
  if (expressions.length >= MOST_ARGUMENTS)
    return `array_to_string(array[${expressions.join(', ')}], ${literal(separator)})`
  return `concat_ws(${[literal(separator), ...expressions].join(', ')})`
}
