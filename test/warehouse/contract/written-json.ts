// Decides how JSON that is written out becomes logical values: JSON as an author may write it, by name, and its spelling in
// each database.

import type { LogicalValue } from './logical-value.ts'

export type Texts = Readonly<Record<string, string>>

export function writtenJson(texts: Texts, fault?: string): LogicalValue[] {
  const values = Object.entries(texts).map(([name, text]) => ({
    name: `json: ${name}`,
    duckdb: `cast('${text}' as json)`,
    postgres: `cast('${text}' as json)`,
    kind: 'json' as const,
    ...(fault === undefined ? { json: text } : { fault }),
  }))
  // Postgres has a second type of JSON, which keeps what the text means and not the text.
  const again = values.map((value) => ({
    ...value,
    name: `${value.name}, as jsonb`,
    postgres: value.postgres.replace(/json\)$/, 'jsonb)'),
  }))
  return [...values, ...again]
}

/** The same in BigQuery, by name. */
export function bigqueryJson(texts: Texts): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [`json: ${name}`, `parse_json(r'${text}')`]),
  )
}
