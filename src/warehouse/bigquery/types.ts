// Decides how BigQuery's column types are kept: type -> canonical value and faults, as SQL text. Arrays and structs are in
// nested.ts, JSON in json.ts.

import { MAX_STRING_CHARACTERS } from '../../model/limits.ts'
import { END_DATE, FAULT, FIRST_DATE, roundedDouble } from '../canonical.ts'
import { firstFault, type Refusal, refused, sourceColumn } from '../form.ts'
import type { SourceColumn } from '../port.ts'
import { hasNul, once } from './dialect.ts'
import type { Field } from './jobs.ts'
import { jsonForm } from './json.ts'
import { arrayForm, type BigqueryForm, structForm } from './nested.ts'

export function bigqueryColumn(field: Field): SourceColumn {
  return sourceColumn({ name: field.name, type: labelOf(field) }, formOf(field, 0))
}

/** The names that GoogleSQL has for the types of the API. */
const SQL_NAMES: Readonly<Record<string, string>> = {
  INTEGER: 'INT64',
  FLOAT: 'FLOAT64',
  BOOLEAN: 'BOOL',
  RECORD: 'STRUCT',
}

function labelOf({ type, mode }: Field): string {
  const name = SQL_NAMES[type] ?? type
  return mode === 'REPEATED' ? `ARRAY<${name}>` : name
}

/** `depth` counts the arrays and structs around a type. */
function formOf(field: Field, depth: number): BigqueryForm | Refusal {
  if (field.mode === 'REPEATED') return arrayForm(formOf({ ...field, mode: 'NULLABLE' }, depth + 1), depth)
  if (field.type === 'RECORD' || field.type === 'STRUCT')
    return structForm(field.fields.map((inner) => ({ name: inner.name, form: formOf(inner, depth + 1) })))
  return scalarForms[field.type] ?? refused(remedies[field.type])
}

const textForm: BigqueryForm = {
  kind: 'text',
  canonical: (x) =>
    `case when char_length(${x}) <= ${MAX_STRING_CHARACTERS} and not ${hasNul(x)} then ${x} end`,
  fault: (x) =>
    firstFault([
      [`char_length(${x}) > ${MAX_STRING_CHARACTERS}`, FAULT.tooLong],
      [hasNul(x), FAULT.nulCharacter],
    ]),
  faultless: (x) => x,
  plain: false,
  brief: false,
  canBeKey: true,
}

const integerForm: BigqueryForm = {
  kind: 'integer',
  canonical: (x) => x,
  faultless: (x) => x,
  plain: false,
  brief: true,
  canBeKey: true,
}

const isNumber = (x: string): string => `not (is_nan(${x}) or is_inf(${x}))`

const floatForm: BigqueryForm = {
  kind: 'float',
  // Adding 0 turns -0 into 0. What is not finite must not be reckoned with: that is an error here.
  canonical: (x, round) => `case when ${isNumber(x)} then ${roundedDouble(x, round, 'float64')} + 0 end`,
  fault: (x) => firstFault([[`not (${isNumber(x)})`, FAULT.notFinite]]),
  faultless: (x) => `(${x} + 0)`,
  plain: false,
  brief: true,
}

const decimalText = (x: string): string =>
  once(
    `cast(${x} as string)`,
    `case when strpos(t, '.') = 0 then t || '.0' when ends_with(rtrim(t, '0'), '.') then rtrim(t, '0') || '0' else rtrim(t, '0') end`,
  )

/** Digits after the point are at most declared for a stored column, and never for an expression: so there always is a point. */
const decimalForm: BigqueryForm = {
  kind: 'decimal',
  canonical: decimalText,
  faultless: decimalText,
  plain: false,
  brief: true,
}

const booleanForm: BigqueryForm = {
  kind: 'boolean',
  canonical: (x) => x,
  faultless: (x) => x,
  plain: false,
  brief: true,
}

/** `moment` is the value as it is kept. */
function momentForm(kind: 'timestamp' | 'date', type: string, moment: (x: string) => string): BigqueryForm {
  // Every type begins with the first year, but for those of other makers.
  const bound = (date: string): string => `${type} '${date}${type === 'timestamp' ? ' 00:00:00+00' : ''}'`
  const inYears = (x: string): string => `${x} >= ${bound(FIRST_DATE)} and ${x} < ${bound(END_DATE)}`
  return {
    kind,
    canonical: (x) => `case when ${inYears(x)} then ${moment(x)} end`,
    fault: (x) => firstFault([[`not (${inYears(x)})`, FAULT.outsideYears]]),
    faultless: moment,
    plain: false,
    brief: true,
  }
}

/** By the names of the API. */
const scalarForms: Readonly<Record<string, BigqueryForm>> = {
  STRING: textForm,
  INTEGER: integerForm,
  INT64: integerForm,
  FLOAT: floatForm,
  FLOAT64: floatForm,
  NUMERIC: decimalForm,
  BIGNUMERIC: decimalForm,
  BOOLEAN: booleanForm,
  BOOL: booleanForm,
  DATE: momentForm('date', 'date', (x) => x),
  // Without a zone: taken for UTC, as in every database.
  DATETIME: momentForm(
    'timestamp',
    'datetime',
    (x) => `timestamp_trunc(timestamp(${x}, 'UTC'), millisecond)`,
  ),
  TIMESTAMP: momentForm('timestamp', 'timestamp', (x) => `timestamp_trunc(${x}, millisecond)`),
  JSON: jsonForm,
}

const remedies: Readonly<Record<string, string>> = {
  BYTES: 'cast it to text, with to_hex() or to_base64()',
  GEOGRAPHY: 'cast it to text, with st_astext() or st_asgeojson()',
  INTERVAL: 'say it as a number, with extract(… from …)',
  RANGE: 'say its ends, with range_start() and range_end()',
}
