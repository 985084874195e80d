// Decides how the rows of a finished job come to us: a page at a time, each asked for again by its token when it is lost on
// the way, and every row counted. Zero rows are believed only together with a schema.

import type { TableRow } from '@google-cloud/bigquery'
import { fieldsOf, nonsense } from './cells.ts'
import { faultOfJob } from './job-error.ts'
import type { Field } from './jobs.ts'
import { ask } from './patience.ts'
import { results } from './results.ts'
import type { Engine } from './submit.ts'

export interface Page {
  readonly fields: readonly Field[]
  readonly rows: readonly TableRow[]
}

/** A page never holds more rows. */
const MOST_ROWS = 10_000
/** How large a page should be, in characters; BigQuery itself sends some 10 MB at most. */
const AIM = 4_000_000
/** Of rows that nobody has seen yet. */
const FIRST_ROWS = 100

/** @throws JobError `incomplete` when the answers do not make sense together. */
export async function* pages(engine: Engine, id: string): AsyncGenerator<Page> {
  let token: string | undefined
  let size = FIRST_ROWS
  let seen = 0
  do {
    const page = await read(engine, id, {
      maxResults: size,
      ...(token === undefined ? {} : { pageToken: token }),
    })
    seen += page.rows.length
    yield page
    token = page.token
    if (token === undefined && seen !== page.total) throw nonsense(`${seen} of ${page.total} rows came`)
    if (token !== undefined && page.rows.length === 0) throw nonsense('a page without rows is not the last')
    size = nextSize(page.rows, size)
  } while (token !== undefined)
}

interface Reply extends Page {
  readonly token: string | undefined
  readonly total: number
}

async function read(
  engine: Engine,
  id: string,
  which: { maxResults: number; pageToken?: string },
): Promise<Reply> {
  const reply = await ask(engine, () => results(engine, id, which))
  const [fault] = reply.errors ?? []
  if (fault) throw faultOfJob(fault, id)
  if (!reply.jobComplete) throw nonsense('a job that is done has no result')
  if (!reply.schema?.fields?.length) throw nonsense('a result has no schema')
  return {
    fields: fieldsOf(reply.schema.fields),
    rows: reply.rows ?? [],
    token: reply.pageToken || undefined,
    total: Number(reply.totalRows),
  }
}

/** By what the rows so far were like. */
function nextSize(rows: readonly TableRow[], size: number): number {
  const characters = rows.reduce(
    (sum, { f: cells = [] }) => sum + cells.reduce((s, { v }) => s + String(v).length, 0),
    0,
  )
  if (characters === 0) return size
  return Math.max(1, Math.min(MOST_ROWS, size * 10, Math.floor((AIM * rows.length) / characters)))
}
