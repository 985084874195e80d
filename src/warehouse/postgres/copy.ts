// Decides how rows leave Postgres for another database: as CSV bytes that go straight into a file, never through objects.
// Every value is quoted, so that the empty text and NULL stay apart.

import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { Client } from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { LANDING_TEXT } from '../landing.ts'
import type { CandidateQuery } from '../port.ts'

export async function copyToFile(
  client: Client,
  query: Pick<CandidateQuery, 'select' | 'columns'>,
  path: string,
): Promise<void> {
  const rows = client.query(copyTo(`copy (${copied(query)}) to stdout with (format csv, force_quote *)`))
  await pipeline(rows, createWriteStream(path, { flags: 'w', mode: 0o600 }))
}

function copied(query: Pick<CandidateQuery, 'select' | 'columns'>): string {
  const { maxBytes, cutCharacters } = LANDING_TEXT
  const names = query.columns.map((_column, i) => `c${i}`)
  const values = query.columns.map(({ kind }, i) => {
    const value = `r.c${i}`
    if (kind !== 'text') return value
    return `case when octet_length(${value}) > ${maxBytes} then left(${value}, ${cutCharacters}) else ${value} end`
  })
  return `select ${values.join(', ')} from (\n${query.select}\n) as r(${names.join(', ')})`
}
