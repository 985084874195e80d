// Decides what `npm run shop -- postgres` prints: the demo shop as SQL, to be piped into a client of that database.

import { SHOP_DATABASES, type ShopDatabaseName } from './shop-database.ts'
import { shopSql } from './shop-sql.ts'

const [, , database, customers = '5000'] = process.argv

function isKnown(name: string | undefined): name is ShopDatabaseName {
  return name !== undefined && Object.hasOwn(SHOP_DATABASES, name)
}

if (isKnown(database)) {
  const day = new Date().toISOString().slice(0, 10)
  const statements = shopSql({ database, customers: Number(customers), day })
  process.stdout.write(`${statements.join(';\n\n')};\n`)
} else {
  process.stderr.write(`Which database? ${Object.keys(SHOP_DATABASES).join(' or ')}\n`)
  process.exitCode = 2
}
