// Decides the SQL text in which DuckDB says what the ledger needs (Dialect), and what the author's rows need on the way
// to the candidates (SourceDialect).

import type { ValueKind } from '../../model/words.ts'
import { blankText } from '../canonical.ts'
import type { Dialect, SourceDialect } from '../port.ts'

/** Catalogs that we attach. The names are long so that no warehouse file is called the same. */
export const STATE_CATALOG = 'brazier_state'
export const SCRATCH_CATALOG = 'brazier_scratch'
export const LEDGER_SCHEMA = 'brazier'
export const CANDIDATE_SCHEMA = 'candidates'

/** Delta rows that one bucket of the outbox packs within 512 MB of memory. */
const DELTA_ROWS_PER_BUCKET = 350_000

const columnTypes: Readonly<Record<ValueKind, string>> = {
  text: 'varchar',
  integer: 'bigint',
  float: 'double',
  decimal: 'varchar',
  boolean: 'boolean',
  timestamp: 'timestamp',
  date: 'date',
  json: 'varchar',
}

export function ident(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

export function duckdbColumnType(kind: ValueKind): string {
  return columnTypes[kind]
}

/** JSON text of a stored value. */
export function wire(kind: ValueKind, x: string): string {
  switch (kind) {
    case 'text':
      return `to_json(${x})::varchar`
    case 'integer':
    case 'boolean':
      return `(${x})::varchar`
    case 'float':
      // DuckDB prints a point or an exponent, never neither; JSON wants a point so that Braze sees a float.
      return `case when contains((${x})::varchar, '.') then (${x})::varchar else replace((${x})::varchar, 'e', '.0e') end`
    case 'timestamp':
      return `strftime(${x}, '"%Y-%m-%dT%H:%M:%S.%gZ"')`
    case 'date':
      return `strftime(${x}, '"%Y-%m-%d"')`
    case 'decimal':
    case 'json':
      return x
  }
}

export const duckdbDialect: Dialect = {
  name: 'duckdb',
  ident,
  literal,
  table: (name) => `${ident(STATE_CATALOG)}.${ident(LEDGER_SCHEMA)}.${ident(name)}`,
  candidateTable: (name) => `${ident(SCRATCH_CATALOG)}.${ident(CANDIDATE_SCHEMA)}.${ident(name)}`,
  columnType: duckdbColumnType,
  types: { text: 'varchar', bigint: 'bigint', boolean: 'boolean', timestamp: 'timestamp', float: 'double' },
  wire,
  bucket: (expression, buckets) => `(hash(${expression}) % ${buckets})`,
  now: 'make_timestamp(epoch_us(now()))',
  plusSeconds: (expression, seconds) => `(${expression} + to_seconds(${seconds}))`,
  isoText: (expression) => `strftime(${expression}, '%Y-%m-%dT%H:%M:%S.%gZ')`,
  md5: (expression) => `md5(${expression})`,
  glance: () => undefined,
  divide: (a, b) => `((${a}) // (${b}))`,
  boolOr: (expression) => `bool_or(${expression})`,
  countIf: (condition) => `count(*) filter (where ${condition})`,
  joinText: concatWs,
  joinRows: (expression, orderBy) =>
    `string_agg(${expression}, ','${orderBy === undefined ? '' : ` order by ${orderBy}`})`,
  // An index costs 3.4 times the file and twice the CPU of a sync, and the snapshot is only ever joined as a whole.
  primaryKey: () => '',
  keyAfterFill: () => undefined,
  rowNumber: undefined,
  dropTableOrView: (table) => `drop table if exists ${table}`,
  // One process has the file, and two transactions that change one row conflict at once.
  lockRows: '',
  isAtomic: true,
  leaseSeconds: 90,
  runTable: () => '',
  logTable: () => '',
  bucketSpan: () => undefined,
  ackPauseMs: 100,
  outboxBuckets: (deltaRows) => Math.max(1, Math.ceil(deltaRows / DELTA_ROWS_PER_BUCKET)),
}

/** Space, tab and line ends: what hangs around an e-mail address that was pasted. */
const BLANKS = String.raw`e' \t\r\n'`
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

export const duckdbSource: SourceDialect = {
  ident,
  literal,
  // Only A to Z are lowered, in every database: lower() of other letters depends on the locale of a server.
  keyText: (expression, isEmail) =>
    isEmail
      ? `translate(trim((${expression})::varchar, ${BLANKS}), '${UPPER}', '${UPPER.toLowerCase()}')`
      : `(${expression})::varchar`,
  isBlank: (text) =>
    blankText(text, {
      matches: (pattern) => `regexp_matches(${text}, ${literal(pattern)})`,
      character: (hex) => `\\x{${hex}}`,
    }),
  hasNul: (text) => `contains(${text}, chr(0))`,
  bytes: (expression) => `strlen(${expression})`,
  jsonText: (expression) => `to_json(${expression})::varchar`,
  joinText: concatWs,
}

function concatWs(separator: string, expressions: readonly string[]): string {
  return `concat_ws(${[literal(separator), ...expressions].join(', ')})`
}
