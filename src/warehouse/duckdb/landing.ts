// Decides how a CSV file of candidates becomes a table beside the state: by DuckDB's own reader, with every column's type
// given. NULL is an empty field without quotes, the empty text one with.

import { open, rm } from 'node:fs/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { MAX_VALUE_BYTES } from '../../model/limits.ts'
import type { ValueKind } from '../../model/words.ts'
import { LANDING_TEXT, type Landing, type LandingColumn } from '../landing.ts'
import { oneAtATime } from '../session.ts'
import type { Instance } from './connection.ts'
import { duckdbColumnType, duckdbDialect, ident, literal } from './dialect.ts'
import { storeError } from './error-text.ts'

/** Bytes that the buffer of the reader has at least; DuckDB's own default. */
const BUFFER_BYTES = 32_000_000

export async function duckdbLanding(instance: Instance): Promise<Landing> {
  const connection = await instance.connect()
  const path = instance.files.import
  const turn = oneAtATime()
  return {
    load: (target, write) =>
      turn(async () => {
        try {
          // Made by us first, so that nobody else ever may read it.
          await open(path, 'wx', 0o600).then((file) => file.close())
          await write(path)
          await readInto(connection, target, path)
        } finally {
          await rm(path, { force: true })
        }
      }),
  }
}

async function readInto(
  connection: DuckDBConnection,
  target: { table: string; columns: readonly LandingColumn[] },
  path: string,
): Promise<void> {
  const table = duckdbDialect.candidateTable(target.table)
  const names = target.columns.map(({ name, kind }, i) => ({
    file: `c${i}`,
    name,
    type: duckdbColumnType(kind),
  }))
  const types = names.map(({ file, type }) => `${literal(file)}: ${literal(type)}`)
  const line = maxLineBytes(target.columns)
  const options = [
    `auto_detect = false, header = false, columns = {${types.join(', ')}}`,
    `delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, new_line = '\\n'`,
    `strict_mode = true, null_padding = false, max_line_size = ${line}, buffer_size = ${Math.max(BUFFER_BYTES, 4 * line)}`,
  ]
  const select = names.map(({ file, name }) => `${file} as ${ident(name)}`).join(', ')
  try {
    await connection.run(
      `create or replace table ${table} as select ${select} from read_csv(${literal(path)}, ${options.join(', ')})`,
    )
  } catch (thrown) {
    throw storeError(thrown, 'the rows from the warehouse cannot be taken over')
  }
}

/** Every byte may be a quote, which is doubled. */
function maxLineBytes(columns: readonly LandingColumn[]): number {
  return columns.reduce((sum, { kind }) => sum + 2 * MAX_BYTES[kind] + 3, 0)
}

const MAX_BYTES: Readonly<Record<ValueKind, number>> = {
  text: LANDING_TEXT.maxBytes,
  json: MAX_VALUE_BYTES,
  // Digits before the point and after it: the most that Postgres keeps after one, and then some.
  decimal: 20_000,
  integer: 32,
  float: 32,
  boolean: 32,
  timestamp: 32,
  date: 32,
}
