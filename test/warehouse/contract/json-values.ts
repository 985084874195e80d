// Decides the logical values that are kept as JSON: JSON itself, arrays, structs. What stands on either side of a limit on
// the texts and keys inside of JSON is in long-inside.ts, nulls and keys that Braze does not take in dropped-inside.ts.

import { DROPPED_INSIDE } from './dropped-inside.ts'
import {
  BIG,
  double,
  FINITE,
  LONG,
  type LogicalValue,
  MANY,
  NOT_JSON,
  NULL,
  values,
  YEARS,
} from './logical-value.ts'
import { JSON_TEXTS } from './long-inside.ts'

/** Braze drops the whole value for each of them. */
const NULLS_INSIDE = values(
  'json',
  [],
  [
    ['a null among texts', [`['a"', '', null, 'é😀']`, `array['a"', '', null, 'é😀']`], NULL],
    ['a null alone', ['cast([null] as varchar[])', 'array[null]::text[]'], NULL],
    ['a null among integers', ['[1, null, 9007199254740993]', 'array[1, null, 9007199254740993]'], NULL],
    ['a null among doubles', [`[${double('1')}, null]`, `array[${double('1')}, null]`], NULL],
    [
      'a null among timestamps',
      [`[timestamptz '2024-01-01 00:00:00+02', null]`, `array[timestamptz '2024-01-01 00:00:00+02', null]`],
      NULL,
    ],
    ['a null among booleans', ['[true, null, false]', 'array[true, null, false]'], NULL],
    ['a null in an array of arrays', ['[[1, 2], [3, null]]', 'array[[1, 2], [3, null]]'], NULL],
    [
      'a null among JSON',
      [`[cast('1' as json), cast(null as json)]`, `array[cast('1' as jsonb), cast(null as jsonb)]`],
      NULL,
    ],
    [
      'a null of JSON among JSON',
      [`[cast('1' as json), cast(' null ' as json)]`, `array[cast('1' as json), cast(' null ' as json)]`],
      NULL,
    ],
    [
      'a null of JSON in a struct',
      [`{'id': 1, 'facts': cast('null' as json)}`, `row(1, cast('null' as jsonb))::noted`],
      NULL,
    ],
    [
      'a null within JSON in a struct',
      [`{'id': 1, 'facts': cast('[null]' as json)}`, `row(1, cast('[null]' as jsonb))::noted`],
      NULL,
    ],
    [
      'a null in a struct',
      [
        `{'name': 'x"', 'spent': ${double('5')}, 'at': timestamptz '2024-01-01 00:00:00+00', 'n': null::int}`,
        `row('x"', 5, timestamptz '2024-01-01 00:00:00+00', null)::customer`,
      ],
      NULL,
    ],
    [
      'struct of NULLs is no NULL',
      [
        `{'name': null::varchar, 'spent': null::double, 'at': null::timestamptz, 'n': null::int}`,
        `row(null, null, null, null)::customer`,
      ],
      NULL,
    ],
    [
      'an array that is NULL in a struct',
      [`{'tag': 'a', 'scores': null::double[]}`, `row('a', null)::tagged`],
      NULL,
    ],
    [
      'a struct that is NULL in a struct',
      [`{'tag': 'a', 'more': null::struct(tag varchar, scores double[])}`, `row('a', null)::wrapped`],
      NULL,
    ],
    [
      'a null in a struct in a struct',
      [
        `{'tag': 'a', 'more': {'tag': null::varchar, 'scores': [${double('1')}]}}`,
        `row('a', row(null, array[1])::tagged)::wrapped`,
      ],
      NULL,
    ],
    [
      'a struct that is NULL in an array',
      [
        `[{'tag': 'a', 'scores': [${double('1')}]}, null]`,
        `array[row('a', array[${double('1')}])::tagged, null]`,
      ],
      NULL,
    ],
    [
      'a null in an array in a struct in an array',
      [
        `[{'tag': 'a', 'scores': [${double('1')}, null]}]`,
        `array[row('a', array[${double('1')}, null])::tagged]`,
      ],
      NULL,
    ],
    [
      'a null beside what is too long is told after it',
      [`[null, repeat('x', 256)]`, `array[null, repeat('x', 256)]`],
      LONG,
    ],
  ],
)

export const JSON_VALUES: readonly LogicalValue[] = [
  ...JSON_TEXTS,
  ...DROPPED_INSIDE,
  ...values(
    'json',
    [
      [
        'keys and blanks',
        `cast('{"b" : 1, "a":[1 , 2, {"c": true}]}' as json)`,
        '{"a":[1,2,{"c":true}],"b":1}',
      ],
      [
        'numbers beyond doubles',
        `cast('[12345678901234567890123, 0.1000000000000000055, 9007199254740993]' as json)`,
        '[12345678901234567890123,0.1000000000000000055,9007199254740993]',
      ],
      ['numbers in other spellings', `cast('[1e2, 1.50, -0, 1E-2]' as json)`, '[100,1.5,0,0.01]'],
      ['null is NULL', `cast('null' as json)`, 'null'],
      ['a text', `cast('"x"' as json)`, '"x"'],
      ['escapes', `cast('"\\u00e9\\ud83d\\ude00\\n\\\\u0000"' as json)`, JSON.stringify('é😀\n\\u0000')],
      [
        'words that look like numbers',
        `cast('{"nan":"inf ,]","e":"1e99999"}' as json)`,
        '{"nan":"inf ,]","e":"1e99999"}',
      ],
      [
        '500 elements',
        [`to_json(range(500))`, `(select json_agg(i) from generate_series(0, 499) as i)`],
        JSON.stringify(Array.from({ length: 500 }, (_, i) => i)),
      ],
    ],
    [
      ['an escaped NUL', `cast('"a\\u0000"' as json)`, NOT_JSON],
      [
        '501 elements',
        [`to_json(range(501))`, `(select json_agg(i) from generate_series(0, 500) as i)`],
        MANY,
      ],
      [
        'over 100 KB',
        [`json_object('a', repeat('x', 100001))`, `json_build_object('a', repeat('x', 100001))`],
        BIG,
      ],
    ],
  ),
  ...values(
    'json',
    [
      [
        'array of texts',
        [`['a"', '', 'null', 'é😀']`, `array['a"', '', 'null', 'é😀']`],
        '["a\\"","","null","é😀"]',
      ],
      ['empty array', ['cast([] as varchar[])', `cast('{}' as text[])`], '[]'],
      ['array of integers', ['[1, 9007199254740993]', 'array[1, 9007199254740993]'], '[1,9007199254740993]'],
      [
        'array of doubles',
        [
          `[${double('1')}, ${double('-0')}, ${double('1e20')}]`,
          `array[${double('1')}, ${double('-0')}, ${double('1e20')}]`,
        ],
        '[1.0,0.0,1e20]',
      ],
      [
        'array of decimals',
        ['[cast(1.50 as decimal(5,2)), 2]', 'cast(array[1.50, 2] as numeric(5,2)[])'],
        '[1.5,2.0]',
      ],
      [
        'array of timestamps',
        [`[timestamptz '2024-01-01 00:00:00+02']`, `array[timestamptz '2024-01-01 00:00:00+02']`],
        '["2023-12-31T22:00:00.000Z"]',
      ],
      ['array of dates', [`[date '2024-01-01']`, `array[date '2024-01-01']`], '["2024-01-01"]'],
      ['array of booleans', ['[true, false]', 'array[true, false]'], '[true,false]'],
      ['array of arrays', ['[[1, 2], [3, 4]]', 'array[[1, 2], [3, 4]]'], '[[1,2],[3,4]]'],
      [
        'array of uuids',
        [
          `[cast('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' as uuid)]`,
          `array[cast('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' as uuid)]`,
        ],
        '["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]',
      ],
      [
        '500 texts',
        [
          `list_transform(range(500), lambda i: i::varchar)`,
          `(select array_agg(i::text) from generate_series(0, 499) as i)`,
        ],
        JSON.stringify(Array.from({ length: 500 }, (_, i) => String(i))),
      ],
      [
        'struct',
        [
          `{'name': 'x"', 'spent': ${double('5')}, 'at': timestamptz '2024-01-01 00:00:00+00', 'n': 3}`,
          `row('x"', 5, timestamptz '2024-01-01 00:00:00+00', 3)::customer`,
        ],
        '{"name":"x\\"","spent":5.0,"at":"2024-01-01T00:00:00.000Z","n":3}',
      ],
      [
        'array of structs',
        [`[{'tag': 'a', 'scores': [${double('1')}]}]`, `array[row('a', array[${double('1')}])::tagged]`],
        '[{"tag":"a","scores":[1.0]}]',
      ],
      [
        'struct in a struct, with an empty array',
        [
          `{'tag': 'a', 'more': {'tag': '', 'scores': cast([] as double[])}}`,
          `row('a', row('', '{}')::tagged)::wrapped`,
        ],
        '{"tag":"a","more":{"tag":"","scores":[]}}',
      ],
      [
        'array of JSON',
        [`[cast('"null"' as json), cast('{}' as json)]`, `array[cast('"null"' as json), cast('{}' as json)]`],
        '["null",{}]',
      ],
    ],
    [
      ['501 elements', ['range(501)', '(select array_agg(i) from generate_series(0, 500) as i)'], MANY],
      ['an element over 255 characters', [`['a', repeat('x', 256)]`, `array['a', repeat('x', 256)]`], LONG],
      [
        'an element that is not finite',
        [`[${double('1')}, ${double('NaN')}]`, `array[${double('1')}, ${double('NaN')}]`],
        FINITE,
      ],
      ['an element out of years', [`[timestamp 'infinity']`, `array[timestamp 'infinity']`], YEARS],
      [
        'an element out of years, to the nanosecond',
        [`[timestamp_ns '-infinity']`, `array[timestamp '-infinity']`],
        YEARS,
      ],
      [
        'elements over 100 KB together',
        [
          `list_transform(range(300), lambda i: repeat('é', 250))`,
          `(select array_agg(repeat('é', 250)) from generate_series(1, 300))`,
        ],
        BIG,
      ],
      [
        'a field over 255 characters',
        [
          `{'name': repeat('x', 256), 'spent': null::double, 'at': null::timestamptz, 'n': null::int}`,
          `row(repeat('x', 256), null, null, null)::customer`,
        ],
        LONG,
      ],
      [
        'a field of a struct in an array',
        [
          `[{'tag': 'a', 'scores': [${double('Infinity')}]}]`,
          `array[row('a', array[${double('Infinity')}])::tagged]`,
        ],
        FINITE,
      ],
    ],
  ),
  ...NULLS_INSIDE,
]
