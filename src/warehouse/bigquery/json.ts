// Decides how BigQuery's JSON values are kept: as the text that the database makes of them, with what not every database
// could hold refused.

import { MAX_ARRAY_ELEMENTS, MAX_VALUE_BYTES } from '../../model/limits.ts'
import { FAULT } from '../canonical.ts'
import { firstFault } from '../form.ts'
import { hasFaultInside, insideFaults, type JsonWords } from '../json-inside.ts'
import { once } from './dialect.ts'
import type { BigqueryForm } from './nested.ts'

/** An escaped NUL. Backslashes before it come in pairs. */
const NUL = String.raw`r'(?:^|[^\\])(?:\\\\)*\\u0000'`

const hasTooMany = (x: string): string =>
  `case when starts_with(to_json_string(${x}), '[') then array_length(json_query_array(${x})) > ${MAX_ARRAY_ELEMENTS} else false end`

const words: JsonWords = {
  bytes: (t) => `byte_length(${t})`,
  contains: (t, word) => `strpos(${t}, '${word}') > 0`,
  matches: (t, pattern) => `regexp_contains(${t}, r'${pattern}')`,
  replaced: (t, pattern, by) => `regexp_replace(${t}, r'${pattern}', '${by}')`,
}

export const jsonForm: BigqueryForm = {
  kind: 'json',
  canonical: (x) =>
    `case when not ${hasTooMany(x)} then ${once(
      `to_json_string(${x})`,
      `case when byte_length(t) <= ${MAX_VALUE_BYTES} and not regexp_contains(t, ${NUL}) and not ${hasFaultInside(words, 't')} then nullif(t, 'null') end`,
    )} end`,
  fault: (x) =>
    firstFault([
      [hasTooMany(x), FAULT.tooManyElements],
      [`byte_length(to_json_string(${x})) > ${MAX_VALUE_BYTES}`, FAULT.tooBig],
      [`regexp_contains(to_json_string(${x}), ${NUL})`, FAULT.notJson],
      ...insideFaults(words, `to_json_string(${x})`),
    ]),
  isNull: (x) => `coalesce(to_json_string(${x}) = 'null', true)`,
  faultless: (x) => `nullif(to_json_string(${x}), 'null')`,
  plain: false,
  brief: false,
}
