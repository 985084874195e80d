// Measures the diff itself: the delta statement over 1 % changes against a plain scan (DuckDB) or a COPY to nowhere (Postgres)
// of the same rows, which are those that the diff reads: the candidates and the snapshot.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import pg from 'pg'
import copyStreams from 'pg-copy-streams'
import { createDelta } from '../src/ledger/delta.ts'
import { type Slot, slotsOf } from '../src/ledger/slots.ts'
import { createSnapshot } from '../src/ledger/snapshot.ts'
import type { ValueKind } from '../src/model/words.ts'
import { duckdbDialect } from '../src/warehouse/duckdb/dialect.ts'
import type { Dialect } from '../src/warehouse/port.ts'
import { WORK_MEM } from '../src/warehouse/postgres/connection.ts'
import { postgresDialect } from '../src/warehouse/postgres/dialect.ts'
import { inTurn, ms, type Result, timed } from './table.ts'

const KINDS: Readonly<Record<string, ValueKind>> = {
  city: 'text',
  orders: 'integer',
  ltv: 'float',
  consent: 'boolean',
  last_seen: 'timestamp',
}

const value = (name: string) => ({
  kind: KINDS[name] ?? 'text',
  canonical: (expression: string) => expression,
})

/** The slots of a property file of five columns that is settled already. */
function fiveSlots(): Slot[] {
  const writes = Object.entries(KINDS).map(([name, valueKind]) => ({
    attribute: name,
    valueKind,
    onLeave: 'unset' as const,
    nulls: 'unset' as const,
    source: { column: name, value: value(name) },
  }))
  const shape = { identity: 'external_id' as const, keyColumns: ['external_id'], unused: [], writes }
  const settled = {
    identity: 'external_id' as const,
    kind: 'properties' as const,
    createUsers: true,
    hash: '',
    canonicalVersion: 1,
    writes: writes.map((write) => ({ ...write, column: write.attribute })),
  }
  return slotsOf(shape, settled, new Map())
}

interface Engine {
  readonly dialect: Dialect
  run(sql: string): Promise<unknown>
  /** Reads every value of a table, and keeps none. */
  scan(table: string): Promise<unknown>
  readonly candidates: string
}

/** The floor is told in its two parts, milliseconds, so that the figure against either side alone can be had from it. */
async function measure(
  engine: Engine,
  floorName: string,
): Promise<Pick<Result, 'floor' | 'product' | 'figure' | 'unit'>> {
  const slots = fiveSlots()
  const delta = engine.dialect.table('delta_bench')
  const snapshot = engine.dialect.table('snapshot_bench')
  const sql = createDelta(engine.dialect, {
    delta,
    candidates: engine.candidates,
    snapshot,
    identity: 'external_id',
    slots,
    createUsers: true,
    areClean: true,
  })
  const product = async () => {
    await engine.run(`drop table if exists ${delta}`)
    return await timed(() => engine.run(sql))
  }
  const floor = async () => ({
    candidates: await timed(() => engine.scan(engine.candidates)),
    snapshot: await timed(() => engine.scan(snapshot)),
  })
  const { floors, products } = await inTurn(3, floor, product)
  const best = {
    candidates: Math.min(...floors.map((each) => each.candidates)),
    snapshot: Math.min(...floors.map((each) => each.snapshot)),
    product: Math.min(...products),
  }
  return {
    floor: `${floorName} ${best.candidates.toFixed(0)} + ${ms(best.snapshot)}`,
    product: ms(best.product),
    figure: best.product / (best.candidates + best.snapshot),
    unit: ' x',
  }
}

/** Values without order, which compress no better than real ones. `h` spells the hash of a row's number in each database. */
const columns = (change: string, h: (salt: number) => string) =>
  `'usr_' || substr(md5(cast(i as varchar)), 1, 16) as k, 'city_' || ${h(1)} % 20000 as city, ${change.replaceAll('ORDERS', `${h(2)} % 1000`)} as orders, ` +
  `(${h(3)} % 100000000) / 7.0 as ltv, ${h(4)} % 2 = 0 as consent, timestamp '2024-01-01' + ${h(5)} % 30000000 * interval '1 second' as last_seen`
const duckHash = (salt: number) => `(hash(i + ${salt}) % 1000000007)::bigint`
const postgresHash = (salt: number) => `abs(hashint8extended(i, ${salt}) % 1000000007)`
const AS_IT_WAS = 'ORDERS'
const CHANGED = 'case when i % 100 = 0 then ORDERS + 1 else ORDERS end'

export async function duckdbDiff(folder: string, people: number): Promise<Result> {
  const file = join(folder, 'brazier_state.duckdb')
  rmSync(file, { force: true })
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '2',
    memory_limit: '512MB',
    temp_directory: join(folder, 'spill'),
    preserve_insertion_order: 'false',
  })
  const connection = await instance.connect()
  const run = (sql: string) => connection.run(sql)
  try {
    await run(`attach '${file}' as brazier_state`)
    await run(`attach ':memory:' as brazier_scratch`)
    await run('create schema brazier_state.brazier')
    await run('create schema brazier_scratch.candidates')
    const { dialect } = { dialect: duckdbDialect }
    const candidates = dialect.candidateTable('candidates_bench')
    await run(
      `create table ${candidates} as select k, null::varchar as bad, city, orders::bigint as orders, ltv::double as ltv, consent, last_seen from (select ${columns(CHANGED, duckHash)} from range(${people}) as t(i)) as p`,
    )
    await run(
      createSnapshot(dialect, {
        table: 'snapshot_bench',
        writes: fiveSlots().flatMap((slot) => slot.held),
        sentAt: false,
      }),
    )
    await run(
      `insert into ${dialect.table('snapshot_bench')} (k, since, city, orders, ltv, consent, last_seen) select k, timestamp '2024-01-01', city, orders, ltv, consent, last_seen from (select ${columns(AS_IT_WAS, duckHash)} from range(${people}) as t(i)) as p`,
    )
    await run('checkpoint brazier_state')
    const scan = (table: string) =>
      run(
        `select sum(strlen(k)), sum(strlen(city)), sum(orders), sum(ltv), count_if(consent), max(last_seen) from ${table}`,
      )
    return {
      what: `diff in DuckDB, ${people.toLocaleString('en-US')} people, 5 attributes`,
      ...(await measure({ dialect, run, scan, candidates }, 'scan')),
      gate: { atMost: 6 },
    }
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

export async function postgresDiff(url: string, people: number): Promise<Result> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const run = (sql: string) => client.query(sql)
  const dialect = postgresDialect('bench_ledger')
  try {
    await run('set timezone = utc')
    // As our sessions do.
    await run('set jit = off')
    await run(`set work_mem = '${WORK_MEM}'`)
    await run('drop schema if exists bench_ledger cascade')
    await run('create schema bench_ledger')
    const candidates = dialect.candidateTable('candidates_bench')
    const rows = (change: string) =>
      `select ${columns(change, postgresHash)} from generate_series(0, ${people - 1}) as t(i)`
    await run(
      `create temp table candidates_bench as select k collate "C" as k, null::text as bad, city collate "C" as city, orders::bigint as orders, ltv::float8 as ltv, consent, last_seen from (${rows(CHANGED)}) as p`,
    )
    await run(`analyze candidates_bench`)
    await run(
      createSnapshot(dialect, {
        table: 'snapshot_bench',
        writes: fiveSlots().flatMap((slot) => slot.held),
        sentAt: false,
      }),
    )
    await run(
      `insert into ${dialect.table('snapshot_bench')} (k, since, city, orders, ltv, consent, last_seen) select k, timestamp '2024-01-01', city, orders, ltv::float8, consent, last_seen from (${rows(AS_IT_WAS)}) as p`,
    )
    const key = dialect.keyAfterFill('snapshot_bench', 'k')
    if (key !== undefined) await run(key)
    await run(`analyze ${dialect.table('snapshot_bench')}`)
    const scan = async (table: string) => {
      const stream = client.query(copyStreams.to(`copy ${table} to stdout (format csv)`))
      for await (const _ of stream) {
        /* to nowhere */
      }
    }
    return {
      what: `diff in Postgres, ${people.toLocaleString('en-US')} people, 5 attributes`,
      ...(await measure({ dialect, run, scan, candidates }, 'COPY')),
      gate: { atMost: 1.5 },
    }
  } finally {
    await run('drop schema if exists bench_ledger cascade')
    await client.end()
  }
}
