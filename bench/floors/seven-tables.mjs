// The floor of a whole run: the same seven queries, each a plain `create table as` into a file, in a process of its own.

import { readFileSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'

const { warehouse, target, queries } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const instance = await DuckDBInstance.create(target, { threads: '2', memory_limit: '512MB' })
const connection = await instance.connect()
await connection.run(`attach '${warehouse}' as shop (read_only)`)
await connection.run(`set search_path = 'main,shop.main'`)
for (const [i, sql] of queries.entries()) await connection.run(`create table t${i} as ${sql}`)
connection.closeSync()
instance.closeSync()
