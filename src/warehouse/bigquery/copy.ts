// Decides how rows leave BigQuery for another database: as lines of CSV that the query itself writes, a page of them at a
// time, never through objects. Every value is quoted, so that the empty text and NULL stay apart.

import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ValueKind } from '../../model/words.ts'
import { LANDING_TEXT } from '../landing.ts'
import type { CandidateQuery } from '../port.ts'
import { ident, plainText } from './dialect.ts'
import type { About, Jobs } from './jobs.ts'

export async function copyToFile(
  jobs: Jobs,
  query: Pick<CandidateQuery, 'select' | 'columns'>,
  { path, about }: { readonly path: string; readonly about: About },
): Promise<void> {
  const lines = Readable.from(textOf(jobs.stream(lineQuery(query), about)))
  await pipeline(lines, createWriteStream(path, { flags: 'w', mode: 0o600 }))
}

async function* textOf(pages: AsyncIterable<readonly string[]>): AsyncGenerator<string> {
  for await (const lines of pages) if (lines.length > 0) yield `${lines.join('\n')}\n`
}

function lineQuery({ select, columns }: Pick<CandidateQuery, 'select' | 'columns'>): string {
  const fields = columns.map(({ name, kind }) => quoted(kind, `r.${ident(name)}`))
  return `select ${fields.join(` || ',' || `)} as line from (\n${select}\n) as r`
}

function quoted(kind: ValueKind, x: string): string {
  const { maxBytes, cutCharacters } = LANDING_TEXT
  const text = plainText(kind, x)
  const short =
    kind === 'text' ? `if(byte_length(${x}) > ${maxBytes}, left(${x}, ${cutCharacters}), ${x})` : text
  return `if(${x} is null, '', '"' || replace(${short}, '"', '""') || '"')`
}
