// Decides the logical values that every database must keep alike: kind, JSON, fault. Where the two spell a value
// differently both spellings stand here.

import type { ValueKind } from '../../../src/model/words.ts'

export interface LogicalValue {
  readonly name: string
  readonly duckdb: string
  readonly postgres: string
  readonly kind: ValueKind
  /** Expected JSON; absent when the value has a fault. */
  readonly json?: string
  readonly fault?: string
}

type Good = readonly [name: string, sql: string | readonly [duckdb: string, postgres: string], json: string]
type Bad = readonly [name: string, sql: string | readonly [duckdb: string, postgres: string], fault: string]

function values(kind: ValueKind, good: readonly Good[], bad: readonly Bad[] = []): LogicalValue[] {
  const both = (sql: Good[1]) => (typeof sql === 'string' ? { duckdb: sql, postgres: sql } : { duckdb: sql[0], postgres: sql[1] })
  return [
    ...good.map(([name, sql, json]) => ({ name: `${kind}: ${name}`, ...both(sql), kind, json })),
    ...bad.map(([name, sql, fault]) => ({ name: `${kind}: ${name}`, ...both(sql), kind, fault })),
  ]
}

const double = (text: string) => `cast('${text}' as double precision)`
const LONG = 'over 255 characters'
const YEARS = 'outside the years 1 to 3000'
const FINITE = 'not a finite number'
const MANY = 'more than 500 elements'
const BIG = 'over 100 KB'
const NOT_JSON = 'not valid JSON'

export const LOGICAL_VALUES: readonly LogicalValue[] = [
  ...values(
    'text',
    [
      ['plain', `'abc'`, '"abc"'],
      ['empty', `''`, '""'],
      ['blanks at both ends', `'  a '`, '"  a "'],
      ['quotes', `'a"b''c'`, JSON.stringify(`a"b'c`)],
      ['backslash', `'a\\b\\n'`, JSON.stringify('a\\b\\n')],
      ['line ends and tab', `'a' || chr(13) || chr(10) || 'b' || chr(9) || chr(10)`, JSON.stringify('a\r\nb\t\n')],
      ['control characters', `chr(1) || chr(31) || chr(127)`, JSON.stringify('\u0001\u001f\u007f')],
      ['separators of lines', `'a\u2028b\u2029'`, JSON.stringify('a\u2028b\u2029')],
      ['emoji', `'😀👩‍👧'`, '"😀👩‍👧"'],
      ['comma, semicolon, N', `',;\\N'`, JSON.stringify(',;\\N')],
      ['the word NULL', `'NULL'`, '"NULL"'],
      ['255 characters', `repeat('é', 255)`, JSON.stringify('é'.repeat(255))],
      ['255 emoji', `repeat('😀', 255)`, JSON.stringify('😀'.repeat(255))],
      ['varchar', `cast('v' as varchar(10))`, '"v"'],
      ['padded char(n)', [`cast('ab' as char(5))`, `cast('ab' as char(5))`], '"ab"'],
      ['enum', `cast('sad' as mood)`, '"sad"'],
      ['uuid', `cast('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11' as uuid)`, '"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"'],
    ],
    [
      ['256 characters', `repeat('x', 256)`, LONG],
      ['256 emoji', `repeat('😀', 256)`, LONG],
    ],
  ),
  ...values('integer', [
    ['zero', 'cast(0 as bigint)', '0'],
    ['5', '5', '5'],
    ['smallint', 'cast(-7 as smallint)', '-7'],
    ['2^53 + 1', 'cast(9007199254740993 as bigint)', '9007199254740993'],
    ['greatest', 'cast(9223372036854775807 as bigint)', '9223372036854775807'],
    ['least', `cast('-9223372036854775808' as bigint)`, '-9223372036854775808'],
  ]),
  ...values(
    'float',
    [
      ['5', double('5'), '5.0'],
      ['minus zero', double('-0'), '0.0'],
      ['0.1', double('0.1'), '0.1'],
      ['0.1 + 0.2', `${double('0.1')} + ${double('0.2')}`, '0.30000000000000004'],
      ['1e15', double('1e15'), '1e15'],
      ['1e16', double('1e16'), '1e16'],
      ['123456789012345678', double('123456789012345678'), '123456789012345680'],
      ['1e20', double('1e20'), '1e20'],
      ['1e21', double('1e21'), '1e21'],
      ['1e-7', double('1e-7'), '1e-7'],
      ['0.0001', double('0.0001'), '0.0001'],
      ['smallest', double('5e-324'), '5e-324'],
      ['greatest', double('1.7976931348623157e308'), '1.7976931348623157e308'],
      ['-1.5e300', double('-1.5e300'), '-1.5e300'],
      ['real by its decimal text', 'cast(0.1 as real)', '0.1'],
      ['real 16777216', 'cast(16777216 as real)', '16777216.0'],
    ],
    [
      ['NaN', double('NaN'), FINITE],
      ['infinity', double('Infinity'), FINITE],
      ['minus infinity', double('-Infinity'), FINITE],
      ['real NaN', `cast('NaN' as real)`, FINITE],
    ],
  ),
  ...values('decimal', [
    ['12.50', 'cast(12.50 as decimal(10, 2))', '12.5'],
    ['12 with a scale', 'cast(12 as decimal(10, 2))', '12.0'],
    ['100 with a scale', 'cast(100 as decimal(10, 3))', '100.0'],
    ['12 without a scale', 'cast(12 as decimal(10, 0))', '12'],
    ['-0.5, all fraction', 'cast(-0.5 as decimal(2, 2))', '-0.5'],
    ['0, all fraction', 'cast(0 as decimal(3, 3))', '0.0'],
    ['minus zero', 'cast(-0.001 as decimal(6, 2))', '0.0'],
    ['38 digits', `cast('12345678901234567890123456789012345.678' as decimal(38, 3))`, '12345678901234567890123456789012345.678'],
    ['beyond 64 bits', ['cast(170141183460469231731687303715884105727 as hugeint)', 'cast(170141183460469231731687303715884105727 as numeric(39, 0))'], '170141183460469231731687303715884105727'],
    ['unsigned 64 bits', ['cast(18446744073709551615 as ubigint)', 'cast(18446744073709551615 as numeric(20, 0))'], '18446744073709551615'],
  ]),
  ...values('boolean', [
    ['true', 'true', 'true'],
    ['false', 'false', 'false'],
  ]),
  ...values(
    'timestamp',
    [
      ['without zone is UTC', `timestamp '2024-02-29 23:59:59'`, '"2024-02-29T23:59:59.000Z"'],
      ['microseconds are cut, not rounded', `timestamp '2024-01-01 00:00:00.999999'`, '"2024-01-01T00:00:00.999Z"'],
      ['before 1970, cut towards the past', `timestamp '1969-12-31 23:59:59.9995'`, '"1969-12-31T23:59:59.999Z"'],
      ['with zone', [`timestamptz '2024-01-01 00:00:00.1234+02'`, `timestamptz '2024-01-01 00:00:00.1234+02'`], '"2023-12-31T22:00:00.123Z"'],
      ['the hour that DST leaves out', [`timestamptz '2024-03-31 02:30:00+01'`, `timestamptz '2024-03-31 02:30:00+01'`], '"2024-03-31T01:30:00.000Z"'],
      ['with zone, before 1970', [`timestamptz '1969-12-31 23:59:59.9995+00'`, `timestamptz '1969-12-31 23:59:59.9995+00'`], '"1969-12-31T23:59:59.999Z"'],
      ['first year', `timestamp '0001-01-01 00:00:00'`, '"0001-01-01T00:00:00.000Z"'],
      ['last moment', `timestamp '3000-12-31 23:59:59.999'`, '"3000-12-31T23:59:59.999Z"'],
      ['first year, with zone', `timestamptz '0001-01-01 00:00:00+00'`, '"0001-01-01T00:00:00.000Z"'],
    ],
    [
      ['infinity', `timestamp 'infinity'`, YEARS],
      ['minus infinity, with zone', `timestamptz '-infinity'`, YEARS],
      ['before Christ', [`timestamp '0044-03-15 (BC) 12:00:00'`, `timestamp '0044-03-15 12:00:00 BC'`], YEARS],
      ['year 9999', `timestamp '9999-12-31 00:00:00'`, YEARS],
      ['year 3001, with zone', `timestamptz '3001-01-01 00:00:00+00'`, YEARS],
    ],
  ),
  ...values(
    'date',
    [
      ['leap day', `date '2024-02-29'`, '"2024-02-29"'],
      ['first', `date '0001-01-01'`, '"0001-01-01"'],
      ['last', `date '3000-12-31'`, '"3000-12-31"'],
    ],
    [
      ['infinity', `date 'infinity'`, YEARS],
      ['before Christ', [`date '0044-03-15 (BC)'`, `date '0044-03-15 BC'`], YEARS],
      ['year 9999', `date '9999-01-01'`, YEARS],
    ],
  ),
  ...values(
    'json',
    [
      ['keys and blanks', `cast('{"b" : 1, "a":[1 , 2, {"c": null}]}' as json)`, '{"a":[1,2,{"c":null}],"b":1}'],
      ['numbers beyond doubles', `cast('[12345678901234567890123, 0.1000000000000000055, 9007199254740993]' as json)`, '[12345678901234567890123,0.1000000000000000055,9007199254740993]'],
      ['numbers in other spellings', `cast('[1e2, 1.50, -0, 1E-2]' as json)`, '[100,1.5,0,0.01]'],
      ['null is NULL', `cast('null' as json)`, 'null'],
      ['a text', `cast('"x"' as json)`, '"x"'],
      ['escapes', `cast('"\\u00e9\\ud83d\\ude00\\n\\\\u0000"' as json)`, JSON.stringify('é😀\n\\u0000')],
      ['words that look like numbers', `cast('{"nan":"inf ,]","e":"1e99999"}' as json)`, '{"nan":"inf ,]","e":"1e99999"}'],
      ['500 elements', [`to_json(range(500))`, `(select json_agg(i) from generate_series(0, 499) as i)`], JSON.stringify(Array.from({ length: 500 }, (_, i) => i))],
    ],
    [
      ['an escaped NUL', `cast('"a\\u0000"' as json)`, NOT_JSON],
      ['501 elements', [`to_json(range(501))`, `(select json_agg(i) from generate_series(0, 500) as i)`], MANY],
      ['over 100 KB', [`json_object('a', repeat('x', 100001))`, `json_build_object('a', repeat('x', 100001))`], BIG],
    ],
  ),
  ...values(
    'json',
    [
      ['array of texts', [`['a"', '', null, 'é😀']`, `array['a"', '', null, 'é😀']`], '["a\\"","",null,"é😀"]'],
      ['empty array', ['cast([] as varchar[])', `cast('{}' as text[])`], '[]'],
      ['array of integers', ['[1, null, 9007199254740993]', 'array[1, null, 9007199254740993]'], '[1,null,9007199254740993]'],
      ['array of doubles', [`[${double('1')}, ${double('-0')}, null, ${double('1e20')}]`, `array[${double('1')}, ${double('-0')}, null, ${double('1e20')}]`], '[1.0,0.0,null,1e20]'],
      ['array of decimals', ['[cast(1.50 as decimal(5,2)), 2]', 'cast(array[1.50, 2] as numeric(5,2)[])'], '[1.5,2.0]'],
      ['array of timestamps', [`[timestamptz '2024-01-01 00:00:00+02', null]`, `array[timestamptz '2024-01-01 00:00:00+02', null]`], '["2023-12-31T22:00:00.000Z",null]'],
      ['array of dates', [`[date '2024-01-01']`, `array[date '2024-01-01']`], '["2024-01-01"]'],
      ['array of booleans', ['[true, null, false]', 'array[true, null, false]'], '[true,null,false]'],
      ['array of arrays', ['[[1, 2], [3, 4]]', 'array[[1, 2], [3, 4]]'], '[[1,2],[3,4]]'],
      ['array of uuids', [`[cast('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' as uuid)]`, `array[cast('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' as uuid)]`], '["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]'],
      ['500 texts', [`list_transform(range(500), lambda i: i::varchar)`, `(select array_agg(i::text) from generate_series(0, 499) as i)`], JSON.stringify(Array.from({ length: 500 }, (_, i) => String(i)))],
      ['struct', [`{'name': 'x"', 'spent': ${double('5')}, 'at': timestamptz '2024-01-01 00:00:00+00', 'n': null::int}`, `row('x"', 5, timestamptz '2024-01-01 00:00:00+00', null)::customer`], '{"name":"x\\"","spent":5.0,"at":"2024-01-01T00:00:00.000Z","n":null}'],
      ['struct of NULLs is no NULL', [`{'name': null::varchar, 'spent': null::double, 'at': null::timestamptz, 'n': null::int}`, `row(null, null, null, null)::customer`], '{"name":null,"spent":null,"at":null,"n":null}'],
      ['array of structs', [`[{'tag': 'a', 'scores': [${double('1')}]}, null]`, `array[row('a', array[${double('1')}])::tagged, null]`], '[{"tag":"a","scores":[1.0]},null]'],
    ],
    [
      ['501 elements', ['range(501)', '(select array_agg(i) from generate_series(0, 500) as i)'], MANY],
      ['an element over 255 characters', [`['a', repeat('x', 256)]`, `array['a', repeat('x', 256)]`], LONG],
      ['an element that is not finite', [`[${double('1')}, ${double('NaN')}]`, `array[${double('1')}, ${double('NaN')}]`], FINITE],
      ['an element out of years', [`[timestamp 'infinity']`, `array[timestamp 'infinity']`], YEARS],
      ['elements over 100 KB together', [`list_transform(range(300), lambda i: repeat('é', 250))`, `(select array_agg(repeat('é', 250)) from generate_series(1, 300))`], BIG],
      ['a field over 255 characters', [`{'name': repeat('x', 256), 'spent': null::double, 'at': null::timestamptz, 'n': null::int}`, `row(repeat('x', 256), null, null, null)::customer`], LONG],
      ['a field of a struct in an array', [`[{'tag': 'a', 'scores': [${double('Infinity')}]}]`, `array[row('a', array[${double('Infinity')}])::tagged]`], FINITE],
    ],
  ),
]

/** What the spellings above need. */
export const DUCKDB_TYPES = [`create type mood as enum ('sad', 'ok')`]
export const POSTGRES_TYPES = `
  create type mood as enum ('sad', 'ok');
  create type customer as (name text, spent double precision, at timestamptz, n integer);
  create type tagged as (tag text, scores double precision[])`
