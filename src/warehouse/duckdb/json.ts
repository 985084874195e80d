// Decides how DuckDB's JSON values are kept: minified text with its order of keys, exact numbers, and nothing that is
// not JSON to others.

import { MAX_ARRAY_ELEMENTS, MAX_VALUE_BYTES } from '../../model/limits.ts'
import {
  FAULT,
  JSON_ESCAPE,
  LONG_INSIDE,
  NOTHING_LONG_BYTES,
  NULL_INSIDE,
  TIME_KEY,
  TIME_OBJECT,
  WRONG_KEY_INSIDE,
} from '../canonical.ts'
import { type Form, firstFault } from '../form.ts'

/** One JSON string, escapes included. */
const STRING = String.raw`"(?:[^"\\]|\\.)*"`
/** What DuckDB's reader forgives and JSON forbids, outside of strings. */
const FORGIVEN = String.raw`(?i)nan|inf|,\s*[\]}]`
/** An escaped NUL: no database but DuckDB lets it through. Backslashes before it come in pairs. */
const NUL = String.raw`(?:^|[^\\])(?:\\\\)*\\u0000`

/** Most values need none of the exact tests: this one regular expression finds who might. */
const isSuspect = (t: string): string => String.raw`regexp_matches(${t}, '${FORGIVEN}|\\u0000')`
const isForgiven = (t: string): string =>
  `regexp_matches(regexp_replace(${t}, '${STRING}', '""', 'g'), '${FORGIVEN}')`

/** CASE, since AND works out all of its sides for every value. */
const isJson = (t: string): string =>
  `case when not json_valid(${t}) then false when ${isSuspect(t)} then not (${isForgiven(t)} or regexp_matches(${t}, '${NUL}')) else true end`

/** json() reads fractions as doubles: numbers with more digits than those hold keep their text, and only blanks go. */
const minified = (t: string): string =>
  `case when regexp_matches(${t}, '[0-9.]{17}') then regexp_replace(${t}, '(${STRING})|\\s+', '\\1', 'g') else json(${t})::varchar end`

/** Whether the text, which must be JSON, is an array of too many elements; those take a thousand characters. */
const hasTooMany = (t: string): string =>
  `case when strlen(${t}) > ${2 * MAX_ARRAY_ELEMENTS} then coalesce(json_array_length(${t}), 0) > ${MAX_ARRAY_ELEMENTS} else false end`

const tooBig = (t: string): string =>
  `case when strlen(${t}) > ${MAX_VALUE_BYTES} then strlen(${minified(t)}) > ${MAX_VALUE_BYTES} else false end`

const hasLong = (t: string): string =>
  `case when strlen(${t}) > ${NOTHING_LONG_BYTES} then regexp_matches(regexp_replace(${t}, '${JSON_ESCAPE}', '_', 'g'), '${LONG_INSIDE}') else false end`

/** Few values have the word at all. */
const hasNull = (t: string): string =>
  `case when contains(${t}, 'null') then regexp_matches(${t}, '${NULL_INSIDE}') else false end`

const withoutTimes = (t: string): string =>
  `case when contains(${t}, '"${TIME_KEY}"') then regexp_replace(${t}, '${TIME_OBJECT}', '0', 'g') else ${t} end`
const hasWrongKey = (t: string): string => `regexp_matches(${withoutTimes(t)}, '${WRONG_KEY_INSIDE}')`

export const jsonForm: Form = {
  kind: 'json',
  canonical: (x) => {
    const t = `(${x})::varchar`
    return `case when ${isJson(t)} then case when ${hasTooMany(t)} or ${tooBig(t)} or ${hasLong(t)} or ${hasNull(t)} or ${hasWrongKey(t)} then null else nullif(${minified(t)}, 'null') end end`
  },
  fault: (x) => {
    const t = `(${x})::varchar`
    return `case when ${t} is null then null when not (${isJson(t)}) then '${FAULT.notJson}' else ${firstFault(
      [
        [hasTooMany(t), FAULT.tooManyElements],
        [tooBig(t), FAULT.tooBig],
        [hasLong(t), FAULT.tooLong],
        [hasNull(t), FAULT.nullInside],
        [hasWrongKey(t), FAULT.wrongKey],
      ],
    )} end`
  },
  isNull: (x) => `coalesce(regexp_full_match((${x})::varchar, '\\s*null\\s*'), true)`,
  plain: false,
  brief: false,
}
