// Decides how DuckDB's JSON values are kept: minified text with its order of keys, exact numbers, and nothing that is
// not JSON to others.

import { MAX_ARRAY_ELEMENTS, MAX_VALUE_BYTES } from '../../model/limits.ts'
import { FAULT } from '../canonical.ts'
import { type Form, firstFault } from '../form.ts'
import { hasFaultInside, insideFaults, type JsonWords } from '../json-inside.ts'

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

const words: JsonWords = {
  bytes: (t) => `strlen(${t})`,
  contains: (t, word) => `contains(${t}, '${word}')`,
  matches: (t, pattern) => `regexp_matches(${t}, '${pattern}')`,
  replaced: (t, pattern, by) => `regexp_replace(${t}, '${pattern}', '${by}', 'g')`,
}

export const jsonForm: Form = {
  kind: 'json',
  canonical: (x) => {
    const t = `(${x})::varchar`
    return `case when ${isJson(t)} then case when ${hasTooMany(t)} or ${tooBig(t)} or ${hasFaultInside(words, t)} then null else nullif(${minified(t)}, 'null') end end`
  },
  fault: (x) => {
    const t = `(${x})::varchar`
    return `case when ${t} is null then null when not (${isJson(t)}) then '${FAULT.notJson}' else ${firstFault(
      [[hasTooMany(t), FAULT.tooManyElements], [tooBig(t), FAULT.tooBig], ...insideFaults(words, t)],
    )} end`
  },
  isNull: (x) => `coalesce(regexp_full_match((${x})::varchar, '\\s*null\\s*'), true)`,
  plain: false,
  brief: false,
}
