import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { BROKEN_NIGHT, daySql, REPAIRED_NIGHT } from '../../src/demo/day-sql.ts'
import { type ShopDatabaseName } from '../../src/demo/shop-database.ts'
import { SHOP_TABLES, type Shop, shopSql } from '../../src/demo/shop-sql.ts'
import { ZOE } from '../../src/demo/zoe.ts'
import { makeWorld, type World } from '../support/world.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const shop = (database: ShopDatabaseName): Shop => ({ database, customers: 800, day: '2026-11-22' })

/** The definitions of this repository, on a shop in that database. */
function openWorld(on: ShopDatabaseName): Promise<World> {
  const files = globSync('sql/*/*.sql', { cwd: ROOT })
  const syncs = Object.fromEntries(files.map((file) => [file, readFileSync(`${ROOT}${file}`, 'utf8')]))
  return makeWorld({ on, syncs, data: shopSql(shop(on)) })
}

/** How every table looks as an attribute for each of its rows: what Brazier makes of a table is the same everywhere. */
const worlds: Record<ShopDatabaseName, World> = {} as Record<ShopDatabaseName, World>

describe('the demo shop', () => {
  beforeAll(async () => {
    worlds.duckdb = await openWorld('duckdb')
    worlds.postgres = await openWorld('postgres')
  })

  it('is the same in DuckDB and in Postgres, on the first day and after the next ones', async () => {
    for (const day of [0, 1, 2]) {
      const [inDuckdb, inPostgres] = await Promise.all(
        (['duckdb', 'postgres'] as const).map(async (on) => {
          if (day > 0) await worlds[on].sql(...daySql(shop(on), day))
          const report = await worlds[on].sync()
          return { report, profiles: worlds[on].profiles() }
        }),
      )
      expect(inPostgres?.report.status).toBe('succeeded')
      expect(inPostgres?.report.syncs).toEqual(inDuckdb?.report.syncs)
      expect(inPostgres?.profiles).toEqual(inDuckdb?.profiles)
    }
  })
})
