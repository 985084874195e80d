// Decides what `npm run shop -- postgres` prints: the demo shop as SQL, to be piped into a client of that database. In
// Postgres it goes into a schema of its own, all or nothing, so that it never meets somebody's own tables.

import { SHOP_DATABASES, type ShopDatabaseName } from './shop-database.ts'
import { shopSql } from './shop-sql.ts'

const CUSTOMERS = 5000

const AROUND: Readonly<
  Record<ShopDatabaseName, readonly [before: readonly string[], after: readonly string[]]>
> = {
  duckdb: [['begin transaction'], ['commit']],
  postgres: [['begin', 'create schema demo_shop', 'set local search_path = demo_shop'], ['commit']],
}

function isKnown(name: string | undefined): name is ShopDatabaseName {
  return name !== undefined && Object.hasOwn(SHOP_DATABASES, name)
}

const database = process.argv[2]
if (isKnown(database)) {
  const [before, after] = AROUND[database]
  const day = new Date().toISOString().slice(0, 10)
  const statements = [...before, ...shopSql({ database, customers: CUSTOMERS, day }), ...after]
  process.stdout.write(`${statements.join(';\n\n')};\n`)
} else {
  process.stderr.write(`Which database? ${Object.keys(SHOP_DATABASES).join(' or ')}\n`)
  process.exitCode = 2
}
