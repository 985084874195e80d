// Decides that the demo shop, and the definitions of this repository on it, are the same in DuckDB and in Postgres.

import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'
import { beforeAll, describe, expect, it } from 'vitest'
import { BROKEN_NIGHT, daySql, REPAIRED_NIGHT } from '../../src/demo/day-sql.ts'
import { SHOP_DATABASES, type ShopDatabaseName } from '../../src/demo/shop-database.ts'
import { SHOP_TABLES, type Shop, shopSql } from '../../src/demo/shop-sql.ts'
import { ZOE } from '../../src/demo/zoe.ts'
import type { RunReport } from '../../src/run/report.ts'
import { createDatabase } from '../support/postgres.ts'
import { makeWorld, type People, type World } from '../support/world.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const DATABASES = Object.keys(SHOP_DATABASES) as ShopDatabaseName[]
const shopIn = (database: ShopDatabaseName): Shop => ({ database, customers: 800, day: '2026-11-22' })

type Rows = readonly (readonly (string | null)[])[]
/** Reads a table as text, ordered by its first column. */
type Reading = (table: string) => Promise<Rows>

const asText = (columns: readonly string[], table: string) =>
  `select ${columns.map((name) => `cast(${name} as varchar) as ${name}`).join(', ')} from ${table} order by ${columns[0]}`

const COLUMNS: Readonly<Record<(typeof SHOP_TABLES)[number], readonly string[]>> = {
  customers: [
    'customer_id',
    'first_name',
    'last_name',
    'email',
    'city',
    'newsletter',
    'newsletter_opened_at',
    'signed_up_at',
  ],
  orders: ['order_id', 'customer_id', 'ordered_at', 'amount', 'status'],
  outgrow_answers: [
    'submission_id',
    'submitted_at',
    'quiz',
    'email',
    'question',
    'answer',
    'score',
    'outcome',
  ],
}

async function inDuckdb(statements: readonly string[], read: (reading: Reading) => Promise<void>) {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  for (const sql of statements) await connection.run(sql)
  await read(async (sql) => (await connection.runAndReadAll(sql)).getRows() as Rows)
  connection.closeSync()
  instance.closeSync()
}

async function tablesIn(database: ShopDatabaseName, days: number): Promise<Map<string, Rows>> {
  const shop = shopIn(database)
  const statements = [
    ...shopSql(shop),
    ...Array.from({ length: days }, (_, day) => daySql(shop, day + 1)).flat(),
  ]
  const found = new Map<string, Rows>()
  const read = async (reading: Reading) => {
    for (const table of SHOP_TABLES) found.set(table, await reading(asText(COLUMNS[table], table)))
  }
  if (database === 'duckdb') await inDuckdb(statements, read)
  else {
    const { query } = await createDatabase()
    await query(statements.join(';\n'))
    // The driver keeps the order of the columns.
    await read(async (sql) => (await query(sql)).map((row) => Object.values(row)))
  }
  return found
}

describe('the demo shop', () => {
  it('has the same rows in DuckDB and in Postgres, also two days later', async () => {
    const [duckdb, postgres] = await Promise.all(DATABASES.map((database) => tablesIn(database, 2)))
    expect(duckdb?.get('customers')).toHaveLength(800 + 24)
    expect(duckdb?.get('customers')?.[6]?.slice(0, 6)).toEqual([
      ZOE,
      'Zoë',
      'Nuñez',
      'zoe.nunez@example.com',
      'Málaga',
      'true',
    ])
    for (const table of SHOP_TABLES) expect(postgres?.get(table), table).toEqual(duckdb?.get(table))
  })

  it('is as untidy as real tables', async () => {
    const tables = await tablesIn('duckdb', 0)
    const column = (table: (typeof SHOP_TABLES)[number], name: string) => {
      const at = COLUMNS[table].indexOf(name)
      return (tables.get(table) ?? []).map((row) => row[at] ?? null)
    }
    const emails = column('customers', 'email')
    expect(emails).toContain(null)
    expect(emails).toContain('')
    expect(emails.some((email) => email !== email?.trim())).toBe(true)
    expect(emails.some((email) => email !== email?.toLowerCase())).toBe(true)
    const scores = column('outgrow_answers', 'score')
    for (const untidy of [null, '', 'n/a']) expect(scores).toContain(untidy)
    expect(column('outgrow_answers', 'outcome')).toEqual(
      expect.arrayContaining([null, ' Night Owl', 'MINIMALIST']),
    )
    const perPerson = Object.values(Object.groupBy(column('orders', 'customer_id'), String)).map(
      (of) => of?.length ?? 0,
    )
    // Skewed: the middle customer orders once or twice, the first one forty times.
    expect(perPerson.sort((a, b) => a - b)[Math.floor(perPerson.length / 2)]).toBeLessThanOrEqual(2)
    expect(Math.max(...perPerson)).toBe(40)
  })
})

/** The definitions of this repository, on a shop in that database. */
function openWorld(on: ShopDatabaseName): Promise<World> {
  const files = globSync('sql/*/*.sql', { cwd: ROOT })
  const syncs = Object.fromEntries(files.map((file) => [file, readFileSync(`${ROOT}${file}`, 'utf8')]))
  return makeWorld({ on, syncs, data: shopSql(shopIn(on)) })
}

/** Memberships of a list are a set. */
const sorted = (people: People): People =>
  Object.fromEntries(
    Object.entries(people).map(([id, { audiences, ...rest }]) => [
      id,
      audiences === undefined ? rest : { ...rest, audiences: JSON.stringify(JSON.parse(audiences).sort()) },
    ]),
  )

const statusOf = ({ syncs }: RunReport) => Object.fromEntries(syncs.map(({ name, status }) => [name, status]))

describe('the definitions of this repository', () => {
  const worlds: Partial<Record<ShopDatabaseName, World>> = {}

  async function everywhere(change?: (shop: Shop) => readonly string[]) {
    const [duckdb, postgres] = await Promise.all(
      DATABASES.map(async (on) => {
        const world = worlds[on]
        if (world === undefined) throw new Error('no world')
        await world.sql(...(change?.(shopIn(on)) ?? []))
        const report = await world.sync()
        return { report, people: sorted(world.profiles()) }
      }),
    )
    if (duckdb === undefined || postgres === undefined) throw new Error('no world')
    expect(postgres.report.syncs.map((sync) => ({ ...sync, plan: null }))).toEqual(
      duckdb.report.syncs.map((sync) => ({ ...sync, plan: null })),
    )
    expect(postgres.people).toEqual(duckdb.people)
    return duckdb
  }

  beforeAll(async () => {
    for (const on of DATABASES) worlds[on] = await openWorld(on)
  })

  it('give the same profiles from DuckDB and from Postgres, day after day', async () => {
    const opening = await everywhere()
    expect(opening.report).toMatchObject({ status: 'succeeded', exitCode: 0 })
    expect(opening.people[ZOE]).toEqual({
      email: '"zoe.nunez@example.com"',
      first_name: '"Zoë"',
      last_name: '"Nuñez"',
      home_city: '"Málaga"',
      audiences: '["quiz_lead"]',
      lapsed_vip: 'true',
      order_count: '5',
      total_spent: '564.4',
      last_order_at: '"2026-08-19T17:00:00.000Z"',
      outgrow_quiz_score: '58',
      outgrow_custom_segment: '"trend_lover"',
    })

    const day1 = await everywhere((shop) => daySql(shop, 1))
    expect(day1.report).toMatchObject({ status: 'succeeded', exitCode: 0 })
    expect(day1.people[ZOE]).toEqual({
      ...opening.people[ZOE],
      audiences: '["newsletter_engaged"]',
      lapsed_vip: 'false',
      vip: 'true',
      order_count: '6',
      total_spent: '753.4',
      last_order_at: '"2026-11-22T11:00:00.000Z"',
      outgrow_quiz_score: '91',
      outgrow_custom_segment: '"night_owl"',
    })

    const broken = await everywhere((shop) => [...daySql(shop, 2), ...BROKEN_NIGHT])
    expect(broken.report).toMatchObject({ status: 'held', exitCode: 3 })
    expect(statusOf(broken.report)).toEqual({
      customer_value: 'succeeded',
      lapsed_vip: 'succeeded',
      newsletter_engaged: 'succeeded',
      outgrow_quiz: 'held',
      quiz_lead: 'held',
      vip: 'succeeded',
    })
    expect(broken.people[ZOE]).toEqual(day1.people[ZOE])

    const repaired = await everywhere(() => REPAIRED_NIGHT)
    expect(repaired.report).toMatchObject({ status: 'succeeded', exitCode: 0 })
  })

  it('take from the raw quiz answers what a program reads out of them', async () => {
    const { query } = await createDatabase()
    await query(shopSql(shopIn('postgres')).join(';\n'))
    const customers = await query('select customer_id, email from customers')
    const answers = await query('select * from outgrow_answers order by submitted_at, submission_id')
    const latest = new Map(answers.map((answer) => [answer.email?.trim().toLowerCase() ?? '', answer]))
    const expected = customers.flatMap(({ customer_id: id, email }) => {
      const address = email?.trim().toLowerCase() ?? ''
      const answer = latest.get(address)
      if (address === '' || answer === undefined) return []
      const score = Number.parseFloat(answer.score ?? '')
      const segment = answer.outcome?.trim().toLowerCase().replaceAll(' ', '_')
      return [[id, Number.isNaN(score) ? undefined : String(Math.round(score)), segment] as const]
    })
    expect(expected.length).toBeGreaterThan(150)

    const world = await openWorld('duckdb')
    await world.sync(['outgrow_quiz'])
    const people = world.profiles()
    const found = Object.entries(people).map(
      ([id, { outgrow_quiz_score: score, outgrow_custom_segment: segment }]) => [
        id,
        score,
        segment === undefined ? undefined : JSON.parse(segment),
      ],
    )
    expect(found.sort()).toEqual(
      expected.filter(([, ...values]) => values.some((value) => value !== undefined)).sort(),
    )
  })
})
