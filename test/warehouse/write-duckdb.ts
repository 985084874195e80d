// Decides how a test makes a DuckDB file to be read.

import { DuckDBInstance } from '@duckdb/node-api'

export async function writeDuckdb(path: string, statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(path)
  const connection = await instance.connect()
  for (const sql of statements) await connection.run(sql)
  connection.closeSync()
  instance.closeSync()
}
