// Decides the logical values of single types.

import { double, FINITE, LONG, type LogicalValue, values, YEARS } from './logical-value.ts'

export const SCALAR_VALUES: readonly LogicalValue[] = [
  ...values(
    'text',
    [
      ['plain', `'abc'`, '"abc"'],
      ['empty', `''`, '""'],
      ['blanks at both ends', `'  a '`, '"  a "'],
      ['quotes', `'a"b''c'`, JSON.stringify(`a"b'c`)],
      ['backslash', `'a\\b\\n'`, JSON.stringify('a\\b\\n')],
      [
        'line ends and tab',
        `'a' || chr(13) || chr(10) || 'b' || chr(9) || chr(10)`,
        JSON.stringify('a\r\nb\t\n'),
      ],
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
      [
        'uuid',
        `cast('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11' as uuid)`,
        '"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"',
      ],
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
    [
      '38 digits',
      `cast('12345678901234567890123456789012345.678' as decimal(38, 3))`,
      '12345678901234567890123456789012345.678',
    ],
    [
      'beyond 64 bits',
      [
        'cast(170141183460469231731687303715884105727 as hugeint)',
        'cast(170141183460469231731687303715884105727 as numeric(39, 0))',
      ],
      '170141183460469231731687303715884105727',
    ],
    [
      'unsigned 64 bits',
      ['cast(18446744073709551615 as ubigint)', 'cast(18446744073709551615 as numeric(20, 0))'],
      '18446744073709551615',
    ],
  ]),
  ...values('boolean', [
    ['true', 'true', 'true'],
    ['false', 'false', 'false'],
  ]),
  ...values(
    'timestamp',
    [
      ['without zone is UTC', `timestamp '2024-02-29 23:59:59'`, '"2024-02-29T23:59:59.000Z"'],
      [
        'microseconds are cut, not rounded',
        `timestamp '2024-01-01 00:00:00.999999'`,
        '"2024-01-01T00:00:00.999Z"',
      ],
      [
        'before 1970, cut towards the past',
        `timestamp '1969-12-31 23:59:59.9995'`,
        '"1969-12-31T23:59:59.999Z"',
      ],
      [
        'with zone',
        [`timestamptz '2024-01-01 00:00:00.1234+02'`, `timestamptz '2024-01-01 00:00:00.1234+02'`],
        '"2023-12-31T22:00:00.123Z"',
      ],
      [
        'the hour that DST leaves out',
        [`timestamptz '2024-03-31 02:30:00+01'`, `timestamptz '2024-03-31 02:30:00+01'`],
        '"2024-03-31T01:30:00.000Z"',
      ],
      [
        'with zone, before 1970',
        [`timestamptz '1969-12-31 23:59:59.9995+00'`, `timestamptz '1969-12-31 23:59:59.9995+00'`],
        '"1969-12-31T23:59:59.999Z"',
      ],
      ['first year', `timestamp '0001-01-01 00:00:00'`, '"0001-01-01T00:00:00.000Z"'],
      ['last moment', `timestamp '3000-12-31 23:59:59.999'`, '"3000-12-31T23:59:59.999Z"'],
      ['first year, with zone', `timestamptz '0001-01-01 00:00:00+00'`, '"0001-01-01T00:00:00.000Z"'],
    ],
    [
      ['infinity', `timestamp 'infinity'`, YEARS],
      ['minus infinity, with zone', `timestamptz '-infinity'`, YEARS],
      ['infinity, to the nanosecond', [`timestamp_ns 'infinity'`, `timestamp 'infinity'`], YEARS],
      ['minus infinity, to the nanosecond', [`timestamp_ns '-infinity'`, `timestamp '-infinity'`], YEARS],
      [
        'before Christ',
        [`timestamp '0044-03-15 (BC) 12:00:00'`, `timestamp '0044-03-15 12:00:00 BC'`],
        YEARS,
      ],
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
]
