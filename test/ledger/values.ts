// Decides a few values of every kind: how a database is told them, and the JSON that Braze must get for them, both written
// out by hand.

import type { ValueKind } from '../../src/model/words.ts'

export interface Sample {
  /** Literal that DuckDB and Postgres both take. */
  readonly sql: string
  readonly json: string
}

const text = (value: string): Sample => ({
  sql: `'${value.replaceAll("'", "''")}'`,
  json: JSON.stringify(value),
})

/** Some JSON texts stand under several kinds on purpose: 5 as an integer and as a decimal is one value for Braze. */
export const SAMPLES: Readonly<Record<ValueKind, readonly Sample[]>> = {
  text: [text('5'), text(''), text('Zoë "Z" O\'Hara\n😀'), text('true')],
  integer: [
    { sql: '5', json: '5' },
    { sql: '0', json: '0' },
    { sql: '9007199254740993', json: '9007199254740993' },
  ],
  float: [
    { sql: 'cast(5 as double precision)', json: '5.0' },
    { sql: 'cast(-0.1 as double precision)', json: '-0.1' },
  ],
  decimal: [
    { sql: "'5'", json: '5' },
    { sql: "'12345678901234567890.5'", json: '12345678901234567890.5' },
  ],
  boolean: [
    { sql: 'true', json: 'true' },
    { sql: 'false', json: 'false' },
  ],
  timestamp: [
    { sql: "timestamp '2024-02-29 23:59:59.007'", json: '"2024-02-29T23:59:59.007Z"' },
    { sql: "timestamp '2024-01-01 00:00:00'", json: '"2024-01-01T00:00:00.000Z"' },
  ],
  date: [
    { sql: "date '2024-02-29'", json: '"2024-02-29"' },
    { sql: "date '0999-12-31'", json: '"0999-12-31"' },
  ],
  json: [
    { sql: `'["a","b"]'`, json: '["a","b"]' },
    { sql: `'{"a":1,"b":"x"}'`, json: '{"a":1,"b":"x"}' },
  ],
}
