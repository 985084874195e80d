// Decides the SQL text in which BigQuery says what the ledger needs (Dialect), and what the author's rows need on the way
// to the candidates (SourceDialect).

import type { ValueKind } from '../../model/words.ts'
import { blankText } from '../canonical.ts'
import type { Dialect, SourceDialect } from '../port.ts'

const columnTypes: Readonly<Record<ValueKind, string>> = {
  text: 'string',
  integer: 'int64',
  float: 'float64',
  decimal: 'string',
  boolean: 'bool',
  timestamp: 'timestamp',
  date: 'date',
  json: 'string',
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '`': '\\`',
  '\n': '\\n',
  '\r': '\\r',
}

export function ident(name: string): string {
  return `\`${name.replace(/[\\`\n\r]/g, (character) => ESCAPES[character] ?? '')}\``
}

/** A backslash begins an escape here, and a line may not end inside of quotes. */
export function literal(text: string): string {
  return `'${text.replace(/[\\'\n\r]/g, (character) => ESCAPES[character] ?? '')}'`
}

export function bigqueryColumnType(kind: ValueKind): string {
  return columnTypes[kind]
}

/** `use` over `v.t`, a text that is computed once. */
export function once(value: string, use: string): string {
  return `(select ${use} from (select ${value} as t) as v)`
}

/** Year to seconds of a timestamp, put together by hand: %Y does not pad, and what %E4Y and %E3S do not every engine does. */
const dayText = (format: string, x: string): string =>
  `lpad(cast(extract(year from ${x}) as string), 4, '0') || ${format}`
const momentText = (x: string, between: string): string =>
  `${dayText(`format_timestamp('-%m-%d${between}%H:%M:%S.', ${x}, 'UTC')`, x)} || lpad(cast(mod(mod(unix_millis(${x}), 1000) + 1000, 1000) as string), 3, '0')`

/** A point or an exponent may be missing in what CAST prints, but JSON wants a point so that Braze sees a float. */
const floatText = (x: string): string =>
  once(
    `cast(${x} as string)`,
    `case when strpos(t, '.') > 0 then t when strpos(t, 'e') > 0 then replace(t, 'e', '.0e') else t || '.0' end`,
  )

/** JSON text of a stored value. TO_JSON_STRING would make the text null of NULL, and texts of great numbers. */
export function wire(kind: ValueKind, x: string): string {
  switch (kind) {
    case 'text':
      return `if(${x} is null, null, to_json_string(${x}))`
    case 'integer':
    case 'boolean':
      return `cast(${x} as string)`
    case 'float':
      return floatText(x)
    case 'timestamp':
      return `'"' || ${momentText(x, 'T')} || 'Z"'`
    case 'date':
      return `'"' || ${dayText(`format_date('-%m-%d', ${x})`, x)} || '"'`
    case 'decimal':
    case 'json':
      return x
  }
}

/** Text of a stored value as other databases read it in. */
export function plainText(kind: ValueKind, x: string): string {
  switch (kind) {
    case 'timestamp':
      return momentText(x, ' ')
    case 'date':
      return dayText(`format_date('-%m-%d', ${x})`, x)
    case 'integer':
    case 'boolean':
    case 'float':
      return `cast(${x} as string)`
    case 'text':
    case 'decimal':
    case 'json':
      return x
  }
}

/** To renew it takes some seconds, and bills 10 MB. */
const LEASE_SECONDS = 600
/** Longer than a plan may wait to be applied. */
const RUN_TABLE_DAYS = 30
/** Rows of one bucket of the outbox: numbered by one worker, read by one job, and in doubt together after a crash. */
const DELTA_ROWS_PER_BUCKET = 250_000
/** Far more than those rows can make, however unevenly they are spread. */
const MOST_BATCHES_PER_BUCKET = 100_000_000

/** The dialect of a ledger that lives in `dataset` of `project`. */
export function bigqueryDialect(place: { readonly project: string; readonly dataset: string }): Dialect {
  const table = (name: string): string => `${ident(place.project)}.${ident(place.dataset)}.${ident(name)}`
  return {
    name: 'bigquery',
    ident,
    literal,
    table,
    candidateTable: table,
    columnType: bigqueryColumnType,
    types: { text: 'string', bigint: 'int64', boolean: 'bool', timestamp: 'timestamp', float: 'float64' },
    wire,
    // The sign bit is cleared, since the remainder of a negative number is negative.
    bucket: (expression, buckets) => `mod(farm_fingerprint(${expression}) & 9223372036854775807, ${buckets})`,
    now: 'current_timestamp()',
    plusSeconds: (expression, seconds) => `timestamp_add(${expression}, interval ${seconds} second)`,
    isoText: (expression) => `${momentText(expression, 'T')} || 'Z'`,
    md5: (expression) => `to_hex(md5(${expression}))`,
    glance: () => undefined,
    divide: (a, b) => `div(${a}, ${b})`,
    boolOr: (expression) => `logical_or(${expression})`,
    countIf: (condition) => `countif(${condition})`,
    joinText,
    joinRows: (expression, orderBy) =>
      `string_agg(${expression}, ','${orderBy === undefined ? '' : ` order by ${orderBy}`})`,
    // It knows no unique keys.
    primaryKey: () => '',
    keyAfterFill: () => undefined,
    rowNumber: undefined,
    dropTableOrView: (table) => `drop table if exists ${table}`,
    lockRows: '',
    isAtomic: false,
    leaseSeconds: LEASE_SECONDS,
    logTable: (moment, key) => ` partition by date(${ident(moment)}) cluster by ${ident(key)}`,
    runTable: (key) =>
      ` cluster by ${ident(key)} options(expiration_timestamp = timestamp_add(current_timestamp(), interval ${RUN_TABLE_DAYS} day))`,
    bucketSpan: (size) => MOST_BATCHES_PER_BUCKET * size,
    ackPauseMs: 60_000,
    outboxBuckets: (deltaRows) => Math.max(1, Math.ceil(deltaRows / DELTA_ROWS_PER_BUCKET)),
  }
}

/** A NUL can be asked for by a pattern only: no function writes one. */
export const hasNul = (x: string): string => `regexp_contains(${x}, r'\\x00')`

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

export const bigquerySource: SourceDialect = {
  ident,
  literal,
  // Only A to Z are lowered, as in every database.
  keyText: (expression, isEmail) =>
    isEmail
      ? `translate(trim(cast(${expression} as string), ' \\t\\r\\n'), '${UPPER}', '${UPPER.toLowerCase()}')`
      : `cast(${expression} as string)`,
  isBlank: (text) =>
    blankText(text, {
      matches: (pattern) => `regexp_contains(${text}, ${literal(pattern)})`,
      character: (hex) => `\\x{${hex}}`,
    }),
  hasNul,
  bytes: (expression) => `byte_length(${expression})`,
  jsonText: (expression) => `to_json_string(${expression})`,
  joinText,
}

/** Skips NULL, as it should. */
function joinText(separator: string, expressions: readonly string[]): string {
  return `coalesce(array_to_string([${expressions.join(', ')}], ${literal(separator)}), '')`
}
