// Decides how BigQuery's JSON values are kept: as the text that the database makes of them, with what not every database
// could hold refused.

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
import { firstFault } from '../form.ts'
import { once } from './dialect.ts'
import type { BigqueryForm } from './nested.ts'

/** An escaped NUL. Backslashes before it come in pairs. */
const NUL = String.raw`r'(?:^|[^\\])(?:\\\\)*\\u0000'`

const hasTooMany = (x: string): string =>
  `case when starts_with(to_json_string(${x}), '[') then array_length(json_query_array(${x})) > ${MAX_ARRAY_ELEMENTS} else false end`

const hasLong = (t: string): string =>
  `case when byte_length(${t}) > ${NOTHING_LONG_BYTES} then regexp_contains(regexp_replace(${t}, r'${JSON_ESCAPE}', '_'), r'${LONG_INSIDE}') else false end`

/** Few values have the word at all. */
const hasNull = (t: string): string =>
  `case when strpos(${t}, 'null') > 0 then regexp_contains(${t}, r'${NULL_INSIDE}') else false end`

const withoutTimes = (t: string): string =>
  `case when strpos(${t}, '"${TIME_KEY}"') > 0 then regexp_replace(${t}, r'${TIME_OBJECT}', '0') else ${t} end`
const hasWrongKey = (t: string): string => `regexp_contains(${withoutTimes(t)}, r'${WRONG_KEY_INSIDE}')`

export const jsonForm: BigqueryForm = {
  kind: 'json',
  canonical: (x) =>
    `case when not ${hasTooMany(x)} then ${once(
      `to_json_string(${x})`,
      `case when byte_length(t) <= ${MAX_VALUE_BYTES} and not regexp_contains(t, ${NUL}) and not (${hasLong('t')} or ${hasNull('t')} or ${hasWrongKey('t')}) then nullif(t, 'null') end`,
    )} end`,
  fault: (x) =>
    firstFault([
      [hasTooMany(x), FAULT.tooManyElements],
      [`byte_length(to_json_string(${x})) > ${MAX_VALUE_BYTES}`, FAULT.tooBig],
      [`regexp_contains(to_json_string(${x}), ${NUL})`, FAULT.notJson],
      [hasLong(`to_json_string(${x})`), FAULT.tooLong],
      [hasNull(`to_json_string(${x})`), FAULT.nullInside],
      [hasWrongKey(`to_json_string(${x})`), FAULT.wrongKey],
    ]),
  isNull: (x) => `coalesce(to_json_string(${x}) = 'null', true)`,
  faultless: (x) => `nullif(to_json_string(${x}), 'null')`,
  plain: false,
  brief: false,
}
