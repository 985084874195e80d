// Decides whether Postgres takes the author's text for exactly one SELECT that can only read, and which columns it has.
// No row is read.

import { asSubquery, checkNames, NOT_ONE_SELECT, sqlRefused } from '../author-sql.ts'
import type { SourceColumn } from '../port.ts'
import {
  type Catalog,
  emptyCatalog,
  fieldQuery,
  missingFrom,
  typeOf,
  typeQuery,
  withRows,
} from './catalog.ts'
import type { Connection } from './connection.ts'
import type { Field } from './describe-query.ts'
import { authorError } from './error-text.ts'
import { postgresColumn } from './types.ts'

/** Planning a query of many partitions takes its time, but not this long. */
const DRY_RUN_SECONDS = 60

/**
 * Alone, text that closes our bracket does not parse; as a subquery, what is no SELECT does not. Both are needed. Then a
 * dry run that asks for no row, in a transaction that may only read: it finds rows that would be locked, and rights that
 * are missing.
 */
export async function describe(connection: Connection, sql: string): Promise<SourceColumn[]> {
  const prefix = asSubquery('\u0000').indexOf('\u0000')
  const alone = await connection.describe(sql).catch((thrown: unknown) => {
    throw authorError(thrown, { sql, offset: 0 })
  })
  if (alone.fields.length === 0) {
    throw sqlRefused('the SQL is no SELECT, or selects nothing', { hint: NOT_ONE_SELECT })
  }
  if (alone.cutNames.length > 0) {
    throw sqlRefused('a name in the SQL is over 63 bytes, and Postgres cuts it', {
      hint: 'Give it a shorter one.',
    })
  }
  checkNames(
    alone.fields.map(({ name }) => name),
    (name) => name === '?column?' || name === '',
  )
  await connection.describe(asSubquery(sql)).catch((thrown: unknown) => {
    throw authorError(thrown, { sql, offset: prefix, hint: NOT_ONE_SELECT })
  })
  await dryRun(connection, sql, prefix)
  const catalog = await catalogOf(connection, alone.fields)
  return alone.fields.map(({ name, oid, modifier }) => postgresColumn(name, typeOf(catalog, oid, modifier)))
}

async function dryRun(connection: Connection, sql: string, prefix: number): Promise<void> {
  await connection.run('begin transaction read only')
  try {
    await connection.run(`set local statement_timeout = '${DRY_RUN_SECONDS}s'`)
    await connection.run(`${asSubquery(sql)} limit 0`)
  } catch (thrown) {
    throw authorError(thrown, { sql, offset: prefix, timeoutSeconds: DRY_RUN_SECONDS })
  } finally {
    await connection.run('rollback').catch(() => undefined)
  }
}

/** Asks level by level, since what a type is made of is a type again. */
async function catalogOf(connection: Connection, fields: readonly Field[]): Promise<Catalog> {
  const oids = fields.map(({ oid }) => oid)
  let catalog = emptyCatalog
  for (;;) {
    const { types, relations } = missingFrom(catalog, oids)
    if (types.length === 0 && relations.length === 0) return catalog
    catalog = withRows(catalog, {
      types: types.length === 0 ? [] : await connection.rows(typeQuery(types)),
      fields: relations.length === 0 ? [] : await connection.rows(fieldQuery(relations)),
    })
  }
}
