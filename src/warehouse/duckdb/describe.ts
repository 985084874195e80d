// Decides whether DuckDB takes the author's text for exactly one SELECT, and which columns it has. Nothing is read.

import { type DuckDBConnection, type DuckDBPreparedStatement, StatementType } from '@duckdb/node-api'
import { asError } from '../../model/errors.ts'
import { asSubquery, checkNames, NOT_ONE_SELECT, sqlRefused } from '../author-sql.ts'
import type { SourceColumn } from '../port.ts'
import { authorError, duckdbLine } from './error-text.ts'
import { duckdbColumn } from './types.ts'

/** Alone, text that closes our bracket does not parse; as a subquery, what is no SELECT does not. Both are needed. */
export async function describe(connection: DuckDBConnection, sql: string): Promise<SourceColumn[]> {
  const columns = await prepared(connection, sql, columnsOf).catch((thrown: unknown) => {
    throw authorError(thrown)
  })
  checkNames(
    columns.map(({ name }) => name),
    isUnnamed,
  )
  await prepared(connection, asSubquery(sql), () => undefined).catch((thrown: unknown) => {
    throw authorError(thrown, 1)
  })
  return columns
}

async function prepared<T>(
  connection: DuckDBConnection,
  sql: string,
  use: (statement: DuckDBPreparedStatement) => T,
): Promise<T> {
  const statements = await connection.extractStatements(sql).catch(async (thrown: unknown) => {
    // What DuckDB says of a text without any statement.
    if (asError(thrown).message === 'Error in native callback') throw noSelect('the file holds no SELECT')
    throw await withTrueLine(connection, sql, asError(thrown))
  })
  if (statements.count !== 1) {
    throw noSelect(
      `the SQL is ${statements.count} statements`,
      ' A PIVOT must list its values: on column in (…).',
    )
  }
  const statement = await statements.prepare(0)
  try {
    if (statement.statementType !== StatementType.SELECT) throw noSelect('the SQL is no SELECT')
    if (statement.parameterCount > 0) {
      throw sqlRefused('the SQL has parameters ($1 or ?)', { hint: 'Write the values themselves.' })
    }
    return use(statement)
  } finally {
    statement.destroySync()
  }
}

/**
 * DuckDB's parser counts characters and then looks the line up by bytes: with letters beyond ASCII above, the line comes out
 * too small. The same text in ASCII fails at the same place.
 */
async function withTrueLine(connection: DuckDBConnection, sql: string, error: Error): Promise<Error> {
  const ascii = sql.replace(/\P{ASCII}/gu, 'x')
  if (ascii === sql) return error
  const line = await connection.extractStatements(ascii).then(
    () => undefined,
    (thrown: unknown) => duckdbLine(asError(thrown)),
  )
  return line === undefined ? error : new Error(error.message.replace(/^LINE \d+:/m, `LINE ${line}:`))
}

const noSelect = (message: string, more = '') => sqlRefused(message, { hint: `${NOT_ONE_SELECT}${more}` })

function columnsOf(statement: DuckDBPreparedStatement): SourceColumn[] {
  return Array.from({ length: statement.columnCount }, (_, i) =>
    duckdbColumn(statement.columnName(i), statement.columnType(i)),
  )
}

/** DuckDB names a column without a name after its expression: `count_star()`, `(a + 1)`, `'x'`, `1`. */
function isUnnamed(name: string): boolean {
  return name === '' || /[()]|^'.*'$|^-?\d+(?:\.\d+)?$/s.test(name)
}
