// Decides how DuckDB's column types are kept: type -> canonical value and faults, as SQL text. Lists, structs and maps
// are in nested.ts, JSON in json.ts.

import { type DuckDBType, DuckDBTypeId } from '@duckdb/node-api'
import { MAX_STRING_CHARACTERS } from '../../model/limits.ts'
import { END_DATE, FAULT, FIRST_DATE, roundedDouble } from '../canonical.ts'
import { type Form, firstFault, type Refusal, refused, sourceColumn } from '../form.ts'
import type { SourceColumn } from '../port.ts'
import { jsonForm } from './json.ts'
import { listForm, mapForm, structForm } from './nested.ts'

export function duckdbColumn(name: string, type: DuckDBType): SourceColumn {
  return sourceColumn({ name, type: labelOf(type) }, formOf(type, 0))
}

/** Enums and structs list all that they hold. */
const MAX_LABEL_CHARACTERS = 60

function labelOf(type: DuckDBType): string {
  const label = type.alias ?? type.toString()
  return label.length > MAX_LABEL_CHARACTERS ? `${label.slice(0, MAX_LABEL_CHARACTERS)}…` : label
}

/** `depth` counts the containers around a type: each level names its lambda's variable differently. */
function formOf(type: DuckDBType, depth: number): Form | Refusal {
  switch (type.typeId) {
    case DuckDBTypeId.LIST:
      return listForm(formOf(type.valueType, depth + 1), depth)
    case DuckDBTypeId.ARRAY:
      return listForm(formOf(type.valueType, depth + 1), depth, `${type.valueType.toString()}[]`)
    case DuckDBTypeId.STRUCT:
      return structForm(
        type.entryNames.map((name, i) => ({ name, form: formOfEntry(type.entryTypes[i], depth) })),
      )
    case DuckDBTypeId.MAP:
      return mapForm({ type: type.keyType, form: textForm }, formOf(type.valueType, depth + 1), depth)
    case DuckDBTypeId.DECIMAL:
      return decimalForm(type.width, type.scale)
    case DuckDBTypeId.VARCHAR:
      return type.alias === 'JSON' ? jsonForm : textForm
    default:
      return scalarForms[type.typeId] ?? refused(remedies[type.typeId])
  }
}

function formOfEntry(type: DuckDBType | undefined, depth: number): Form | Refusal {
  return type === undefined ? refused() : formOf(type, depth)
}

const textForm: Form = {
  kind: 'text',
  canonical: (x) => {
    const t = `(${x})::varchar`
    return `case when length(${t}) <= ${MAX_STRING_CHARACTERS} and not contains(${t}, chr(0)) then ${t} end`
  },
  fault: (x) => {
    const t = `(${x})::varchar`
    return firstFault([
      [`length(${t}) > ${MAX_STRING_CHARACTERS}`, FAULT.tooLong],
      // Postgres cannot hold it, and no attribute has a use for it.
      [`contains(${t}, chr(0))`, FAULT.nulCharacter],
    ])
  },
  plain: true,
  brief: false,
  canBeKey: true,
}

const uuidForm: Form = {
  kind: 'text',
  canonical: (x) => `(${x})::varchar`,
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

/** Integers beyond 64 bits: kept as their digits. */
const bigIntegerForm: Form = {
  kind: 'decimal',
  canonical: (x) => `(${x})::varchar`,
  plain: false,
  brief: true,
  canBeKey: true,
}

const booleanForm: Form = { kind: 'boolean', canonical: (x) => x, plain: true, brief: true }

/** `exact` is the double that a value means: a float's is the one its decimal text says, not the widened bits. */
function floatForm(exact: (x: string) => string): Form {
  return {
    kind: 'float',
    // Adding 0 turns -0 into 0.
    canonical: (x, round) => `case when isfinite(${x}) then ${roundedDouble(exact(x), round)} + 0 end`,
    fault: (x) => firstFault([[`not isfinite(${x})`, FAULT.notFinite]]),
    plain: false,
    brief: true,
  }
}

function decimalForm(width: number, scale: number): Form {
  // A decimal that is all fraction is printed without its zero: .5
  const text = (x: string): string =>
    width > scale ? `(${x})::varchar` : `regexp_replace((${x})::varchar, '^(-?)\\.', '\\10.')`
  const trimmed = (x: string): string => {
    const t = `rtrim(${text(x)}, '0')`
    return `case when ends_with(${t}, '.') then ${t} || '0' else ${t} end`
  }
  return {
    kind: 'decimal',
    canonical: scale === 0 ? text : trimmed,
    plain: false,
    brief: true,
  }
}

/** `moment` is the value as a TIMESTAMP in UTC, NULL where that type cannot hold it. */
function momentForm(kind: 'timestamp' | 'date', moment: (x: string) => string): Form {
  const inYears = (x: string): string =>
    `${moment(x)} >= timestamp '${FIRST_DATE}' and ${moment(x)} < timestamp '${END_DATE}'`
  return {
    kind,
    canonical: (x) =>
      `case when ${inYears(x)} then ${kind === 'date' ? x : `date_trunc('milliseconds', ${moment(x)})`} end`,
    fault: (x) =>
      firstFault([[`(${x}) is not null and not coalesce(${inYears(x)}, false)`, FAULT.outsideYears]]),
    plain: false,
    brief: true,
  }
}

/**
 * Whole milliseconds below: the cast of DuckDB rounds nanoseconds, and its division goes towards zero. Infinity is a number
 * of nanoseconds like any other, and the least one cannot be cut.
 */
const nanosecondMoment = (x: string): string => {
  const n = `epoch_ns(${x})`
  return `case when isfinite(${x}) then make_timestamp((${n} - ((${n} % 1000000) + 1000000) % 1000000) // 1000) end`
}

const scalarForms: Partial<Record<DuckDBTypeId, Form>> = {
  [DuckDBTypeId.ENUM]: textForm,
  // `select null as x` has no type of its own; text is what Postgres makes of it.
  [DuckDBTypeId.SQLNULL]: textForm,
  [DuckDBTypeId.UUID]: uuidForm,
  [DuckDBTypeId.TINYINT]: integerForm,
  [DuckDBTypeId.SMALLINT]: integerForm,
  [DuckDBTypeId.INTEGER]: integerForm,
  [DuckDBTypeId.BIGINT]: integerForm,
  [DuckDBTypeId.UTINYINT]: integerForm,
  [DuckDBTypeId.USMALLINT]: integerForm,
  [DuckDBTypeId.UINTEGER]: integerForm,
  [DuckDBTypeId.UBIGINT]: bigIntegerForm,
  [DuckDBTypeId.HUGEINT]: bigIntegerForm,
  [DuckDBTypeId.UHUGEINT]: bigIntegerForm,
  [DuckDBTypeId.FLOAT]: floatForm((x) => `(${x})::varchar::double`),
  [DuckDBTypeId.DOUBLE]: floatForm((x) => `(${x})`),
  [DuckDBTypeId.BOOLEAN]: booleanForm,
  [DuckDBTypeId.DATE]: momentForm('date', (x) => `(${x})`),
  [DuckDBTypeId.TIMESTAMP]: momentForm('timestamp', (x) => `(${x})`),
  [DuckDBTypeId.TIMESTAMP_S]: momentForm('timestamp', (x) => `try_cast(${x} as timestamp)`),
  [DuckDBTypeId.TIMESTAMP_MS]: momentForm('timestamp', (x) => `try_cast(${x} as timestamp)`),
  [DuckDBTypeId.TIMESTAMP_NS]: momentForm('timestamp', nanosecondMoment),
  // Microseconds since the epoch are UTC by nature; a cast would go through the time zone tables.
  [DuckDBTypeId.TIMESTAMP_TZ]: momentForm('timestamp', (x) => `make_timestamp(epoch_us(${x}))`),
}

const remedies: Partial<Record<DuckDBTypeId, string>> = {
  [DuckDBTypeId.BLOB]: 'cast it to text, with hex() or base64()',
  [DuckDBTypeId.GEOMETRY]: 'cast it to text, with ST_AsText() or ST_AsGeoJSON()',
  [DuckDBTypeId.INTERVAL]: "say it as a number, with date_diff() or extract('epoch' from …)",
  [DuckDBTypeId.VARIANT]: 'cast it to JSON or text',
  [DuckDBTypeId.UNION]: 'cast it to JSON or text',
}
