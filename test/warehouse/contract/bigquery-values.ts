// Decides how the logical values are spelled in BigQuery. What is not listed has no type of its own there: enums, uuids,
// 32-bit floats, integers beyond 64 bits, decimals without a point, infinite dates, JSON numbers beyond doubles. JSON inside
// of an array or struct is text to the emulator.

import { BIGQUERY_DROPPED_INSIDE } from './dropped-inside.ts'
import { JSON_VALUES } from './json-values.ts'
import type { LogicalValue } from './logical-value.ts'
import { BIGQUERY_JSON_TEXTS } from './long-inside.ts'
import { SCALAR_VALUES } from './scalar-values.ts'

const double = (text: string) => `cast('${text}' as float64)`
const array = (count: number) => `generate_array(0, ${count - 1})`

const customer = (name: string, spent: string, at: string, n = 'cast(null as int64)') =>
  `struct(${name} as name, ${spent} as spent, ${at} as \`at\`, ${n} as n)`
const tagged = (tag: string, scores: string) => `struct(${tag} as tag, ${scores} as scores)`

/** By name; true where the databases agree on the spelling. */
const SPELLINGS: Readonly<Record<string, string | true>> = {
  'text: plain': true,
  'text: empty': true,
  'text: blanks at both ends': true,
  'text: quotes': `'a"b\\'c'`,
  'text: backslash': `'a\\\\b\\\\n'`,
  'text: line ends and tab': `'a\\r\\nb\\t\\n'`,
  'text: control characters': true,
  'text: separators of lines': true,
  'text: emoji': true,
  'text: comma, semicolon, N': `',;\\\\N'`,
  'text: the word NULL': true,
  'text: 255 characters': true,
  'text: 255 emoji': true,
  'text: 256 characters': true,
  'text: 256 emoji': true,
  'integer: zero': 'cast(0 as int64)',
  'integer: 5': true,
  'integer: smallint': 'cast(-7 as int64)',
  'integer: 2^53 + 1': 'cast(9007199254740993 as int64)',
  'integer: greatest': 'cast(9223372036854775807 as int64)',
  'integer: least': `cast('-9223372036854775808' as int64)`,
  'float: 5': double('5'),
  'float: minus zero': double('-0'),
  'float: 0.1': double('0.1'),
  'float: 0.1 + 0.2': `${double('0.1')} + ${double('0.2')}`,
  'float: 1e15': double('1e15'),
  'float: 1e16': double('1e16'),
  'float: 123456789012345678': double('123456789012345678'),
  'float: 1e20': double('1e20'),
  'float: 1e21': double('1e21'),
  'float: 1e-7': double('1e-7'),
  'float: 0.0001': double('0.0001'),
  'float: smallest': double('5e-324'),
  'float: greatest': double('1.7976931348623157e308'),
  'float: -1.5e300': double('-1.5e300'),
  'float: NaN': double('NaN'),
  'float: infinity': double('Infinity'),
  'float: minus infinity': double('-Infinity'),
  'decimal: 12.50': `numeric '12.50'`,
  'decimal: 12 with a scale': `numeric '12'`,
  'decimal: 100 with a scale': `numeric '100'`,
  'decimal: -0.5, all fraction': `numeric '-0.5'`,
  'decimal: 0, all fraction': `numeric '0'`,
  'decimal: minus zero': `numeric '-0'`,
  'boolean: true': true,
  'boolean: false': true,
  'timestamp: without zone is UTC': `datetime '2024-02-29 23:59:59'`,
  'timestamp: microseconds are cut, not rounded': `datetime '2024-01-01 00:00:00.999999'`,
  'timestamp: before 1970, cut towards the past': `datetime '1969-12-31 23:59:59.9995'`,
  'timestamp: with zone': `timestamp '2024-01-01 00:00:00.1234+02'`,
  'timestamp: the hour that DST leaves out': `timestamp '2024-03-31 02:30:00+01'`,
  'timestamp: with zone, before 1970': `timestamp '1969-12-31 23:59:59.9995+00'`,
  'timestamp: first year': `datetime '0001-01-01 00:00:00'`,
  'timestamp: last moment': `datetime '3000-12-31 23:59:59.999'`,
  'timestamp: first year, with zone': `timestamp '0001-01-01 00:00:00+00'`,
  'timestamp: year 9999': `datetime '9999-12-31 00:00:00'`,
  'timestamp: year 3001, with zone': `timestamp '3001-01-01 00:00:00+00'`,
  'date: leap day': true,
  'date: first': true,
  'date: last': true,
  'date: year 9999': true,
  'json: keys and blanks': `parse_json('{"b" : 1, "a":[1 , 2, {"c": true}]}')`,
  'json: numbers in other spellings': `parse_json('[1e2, 1.50, -0, 1E-2]')`,
  'json: null is NULL': `parse_json('null')`,
  'json: a text': `parse_json('"x"')`,
  'json: escapes': `parse_json(r'"\\u00e9\\ud83d\\ude00\\n\\\\u0000"')`,
  'json: words that look like numbers': `parse_json('{"nan":"inf ,]","e":"1e99999"}')`,
  'json: 500 elements': `to_json(${array(500)})`,
  'json: an escaped NUL': `parse_json(r'"a\\u0000"')`,
  'json: 501 elements': `to_json(${array(501)})`,
  'json: over 100 KB': `to_json(struct(repeat('x', 100001) as a))`,
  ...BIGQUERY_JSON_TEXTS,
  ...BIGQUERY_DROPPED_INSIDE,
  'json: array of texts': `['a"', '', 'null', 'é😀']`,
  'json: empty array': 'array<string>[]',
  'json: array of integers': '[1, 9007199254740993]',
  'json: array of doubles': `[${double('1')}, ${double('-0')}, ${double('1e20')}]`,
  'json: array of decimals': `[numeric '1.50', numeric '2']`,
  'json: array of timestamps': `[timestamp '2024-01-01 00:00:00+02']`,
  'json: array of dates': true,
  'json: array of booleans': '[true, false]',
  'json: 500 texts': `array(select cast(i as string) from unnest(${array(500)}) as i order by i)`,
  'json: struct': customer(`'x"'`, double('5'), `timestamp '2024-01-01 00:00:00+00'`, '3'),
  'json: struct of NULLs is no NULL': customer(
    'cast(null as string)',
    'cast(null as float64)',
    'cast(null as timestamp)',
  ),
  'json: array of structs': `[${tagged(`'a'`, `[${double('1')}]`)}]`,
  'json: struct in a struct, with an empty array': `struct('a' as tag, ${tagged(`''`, 'array<float64>[]')} as more)`,
  'json: array of JSON': `[parse_json('"null"'), parse_json('{}')]`,
  'json: a null among texts': `['a"', '', null, 'é😀']`,
  'json: a null alone': '[cast(null as string)]',
  'json: a null among integers': '[1, null, 9007199254740993]',
  'json: a null among doubles': `[${double('1')}, null]`,
  'json: a null among timestamps': `[timestamp '2024-01-01 00:00:00+02', null]`,
  'json: a null among booleans': '[true, null, false]',
  'json: a null among JSON': `[parse_json('1'), cast(null as json)]`,
  'json: a null in a struct': customer(`'x"'`, double('5'), `timestamp '2024-01-01 00:00:00+00'`),
  'json: an array that is NULL in a struct': tagged(`'a'`, 'cast(null as array<float64>)'),
  'json: a struct that is NULL in a struct': `struct('a' as tag, cast(null as struct<tag string, scores array<float64>>) as more)`,
  'json: a null in a struct in a struct': `struct('a' as tag, ${tagged('cast(null as string)', `[${double('1')}]`)} as more)`,
  'json: a struct that is NULL in an array': `[${tagged(`'a'`, `[${double('1')}]`)}, null]`,
  'json: a null in an array in a struct in an array': `[${tagged(`'a'`, `[${double('1')}, null]`)}]`,
  'json: a null beside what is too long is told after it': `[null, repeat('x', 256)]`,
  'json: an element over 255 characters': `['a', repeat('x', 256)]`,
  'json: an element that is not finite': `[${double('1')}, ${double('NaN')}]`,
  'json: elements over 100 KB together': `array(select repeat('é', 250) from unnest(${array(300)}) as i)`,
  'json: a field of a struct in an array': `[struct('a' as tag, [${double('Infinity')}] as scores)]`,
}

/** The second list of arrays has this fault too, under the name of the first. */
const ARRAY_OF_501 = array(501)

export interface BigqueryValue extends LogicalValue {
  readonly bigquery: string
}

export const BIGQUERY_VALUES: readonly BigqueryValue[] = [...SCALAR_VALUES, ...JSON_VALUES].flatMap(
  (value) => {
    const spelling = SPELLINGS[value.name]
    if (spelling === undefined) return []
    if (value.name === 'json: 501 elements' && !value.duckdb.startsWith('to_json'))
      return [{ ...value, bigquery: ARRAY_OF_501 }]
    return [{ ...value, bigquery: spelling === true ? value.duckdb : spelling }]
  },
)
