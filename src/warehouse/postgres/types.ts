// Decides how Postgres' column types are kept: type -> canonical value and faults, as SQL text. Arrays and composites are
// in nested.ts, JSON in json.ts. What a type is made of is read from the catalog elsewhere (catalog.ts).

import { MAX_STRING_CHARACTERS } from '../../model/limits.ts'
import { END_DATE, FAULT, FIRST_DATE, roundedDouble } from '../canonical.ts'
import { type Form, firstFault, type Refusal, refused, sourceColumn } from '../form.ts'
import type { SourceColumn } from '../port.ts'
import type { PostgresType } from './catalog.ts'
import { once } from './dialect.ts'
import { jsonbForm, jsonForm } from './json.ts'
import { arrayForm, compositeForm } from './nested.ts'

export function postgresColumn(name: string, type: PostgresType): SourceColumn {
  return sourceColumn({ name, type: type.label }, formOf(type, 0))
}

/** `depth` counts the arrays and composites around a type. */
function formOf(type: PostgresType, depth: number): Form | Refusal {
  switch (type.shape) {
    case 'array':
      return arrayForm(formOf(type.element, depth + 1), depth)
    case 'composite':
      return compositeForm(
        type.fields.map((field) => ({ name: field.name, form: formOf(field.type, depth + 1) })),
      )
    case 'enum':
      return textForm
    case 'scalar':
      return type.name === 'numeric'
        ? numericForm(type.scale)
        : (scalarForms.get(type.name) ?? refused(remedies.get(type.name)))
  }
}

const textForm: Form = {
  kind: 'text',
  // Bytes are counted without unpacking the text, so that most values need no counting of characters.
  canonical: (x) => {
    const t = `(${x})::text collate "C"`
    return `case when octet_length((${x})::text) <= ${MAX_STRING_CHARACTERS} or length((${x})::text) <= ${MAX_STRING_CHARACTERS} then ${t} end`
  },
  fault: (x) =>
    firstFault([
      [
        `octet_length((${x})::text) > ${MAX_STRING_CHARACTERS} and length((${x})::text) > ${MAX_STRING_CHARACTERS}`,
        FAULT.tooLong,
      ],
    ]),
  plain: true,
  brief: false,
  canBeKey: true,
}

/** to_json would keep the blanks that fill up a char(n). */
const paddedForm: Form = { ...textForm, plain: false }

const uuidForm: Form = {
  kind: 'text',
  canonical: (x) => `(${x})::text collate "C"`,
  plain: true,
  brief: true,
  canBeKey: true,
}

const integerForm: Form = {
  kind: 'integer',
  canonical: (x) => `(${x})::bigint`,
  plain: true,
  brief: true,
  canBeKey: true,
}

const booleanForm: Form = { kind: 'boolean', canonical: (x) => x, plain: true, brief: true }

/** NaN is greater than every number here, and Infinity than this one: the greatest double. */
const isInDoubles = (x: string): string => `abs(${x}) <= 1.7976931348623157e308::double precision`

/** `exact` is the double that a value means: a real's is the one its decimal text says, not the widened bits. */
function floatForm(exact: (x: string) => string): Form {
  return {
    kind: 'float',
    // Adding 0 turns -0 into 0.
    canonical: (x, round) => `case when ${isInDoubles(x)} then ${roundedDouble(exact(x), round)} + 0 end`,
    fault: (x) => firstFault([[`not (${isInDoubles(x)})`, FAULT.notFinite]]),
    plain: false,
    brief: true,
  }
}

/** Numbers that no double can hold are not numbers to anybody who reads JSON. */
const isNumber = (x: string): string => `abs(${x}) < 1e308::numeric`

/** `scale`: declared digits after the point; undefined where the type leaves it to the value. */
function numericForm(scale: number | undefined): Form {
  const trimmed = (x: string): string =>
    scale !== undefined && scale <= 0
      ? `(${x})::text`
      : once(`trim_scale(${x})::text`, `case when strpos(v.t, '.') > 0 then v.t else v.t || '.0' end`)
  return {
    kind: 'decimal',
    canonical: (x) => `case when ${isNumber(x)} then ${trimmed(x)} end`,
    fault: (x) => firstFault([[`not (${isNumber(x)})`, FAULT.notFinite]]),
    plain: false,
    brief: false,
  }
}

/** `bound` makes a value of the type from a date; before Christ and infinity lie outside of both. */
function momentForm(kind: 'timestamp' | 'date', type: string, utc: (x: string) => string): Form {
  const bound = (date: string): string => `${type} '${date}${type === 'timestamptz' ? ' 00:00:00+00' : ''}'`
  const inYears = (x: string): string => `${x} >= ${bound(FIRST_DATE)} and ${x} < ${bound(END_DATE)}`
  return {
    kind,
    canonical: (x) => `case when ${inYears(x)} then ${utc(x)} end`,
    fault: (x) => firstFault([[`not (${inYears(x)})`, FAULT.outsideYears]]),
    plain: false,
    brief: true,
  }
}

/** By the names of the catalog (pg_type.typname), where a type of the author's may have any name. */
const scalarForms: ReadonlyMap<string, Form> = new Map(
  Object.entries({
    text: textForm,
    varchar: textForm,
    bpchar: paddedForm,
    name: textForm,
    char: textForm,
    citext: textForm,
    unknown: textForm,
    uuid: uuidForm,
    int2: integerForm,
    int4: integerForm,
    int8: integerForm,
    oid: integerForm,
    float4: floatForm((x) => `(${x})::text::double precision`),
    float8: floatForm((x) => `(${x})`),
    bool: booleanForm,
    date: momentForm('date', 'date', (x) => x),
    timestamp: momentForm('timestamp', 'timestamp', (x) => `date_trunc('milliseconds', ${x})`),
    timestamptz: momentForm(
      'timestamp',
      'timestamptz',
      (x) => `date_trunc('milliseconds', ${x} at time zone 'UTC')`,
    ),
    json: jsonForm,
    jsonb: jsonbForm,
  }),
)

const remedies: ReadonlyMap<string, string> = new Map(
  Object.entries({
    bytea: "cast it to text, with encode(…, 'hex')",
    geometry: 'cast it to text, with ST_AsText() or ST_AsGeoJSON()',
    geography: 'cast it to text, with ST_AsText() or ST_AsGeoJSON()',
    interval: 'say it as a number, with extract(epoch from …)',
    hstore: 'turn it into JSON, with hstore_to_jsonb()',
    record: 'give the row a type, or make it JSON with jsonb_build_object()',
    money: 'cast it to numeric',
  }),
)
