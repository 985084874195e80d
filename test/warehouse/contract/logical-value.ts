// Decides how a logical value that every database must keep alike is written down: kind, JSON, fault. Where the databases
// spell a value differently both spellings stand there.

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

export function values(kind: ValueKind, good: readonly Good[], bad: readonly Bad[] = []): LogicalValue[] {
  const both = (sql: Good[1]) =>
    typeof sql === 'string' ? { duckdb: sql, postgres: sql } : { duckdb: sql[0], postgres: sql[1] }
  return [
    ...good.map(([name, sql, json]) => ({ name: `${kind}: ${name}`, ...both(sql), kind, json })),
    ...bad.map(([name, sql, fault]) => ({ name: `${kind}: ${name}`, ...both(sql), kind, fault })),
  ]
}

export const double = (text: string) => `cast('${text}' as double precision)`
export const LONG = 'over 255 characters'
export const YEARS = 'outside the years 1 to 3000'
export const FINITE = 'not a finite number'
export const MANY = 'more than 500 elements'
export const BIG = 'over 100 KB'
export const NULL = 'a null inside'
export const KEY = 'a key that Braze does not take (empty, or with a blank, . or $)'
export const NOT_JSON = 'not valid JSON'
