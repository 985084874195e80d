// Measures runs with the ledger in Postgres: against the script that a team writes by hand, and the memory of the process.

import { join } from 'node:path'
import pg from 'pg'
import { brazier, measured, startSink } from './processes.ts'
import { makeProject } from './shop.ts'
import { inTurn, type Result, sec } from './table.ts'

const PEOPLE = (people: number): string => `
  select 'usr_' || substr(md5(i::text), 1, 16) as id, i % 100 as n, 'city_' || (i % 20000) as city, i % 1000 as orders, i * 7 as ltv,
    (i % 1000000) / 100.0::float8 as spend, i % 2 = 0 as consent, timestamptz '2024-01-01 00:00+00' + (i % 30000) * interval '1 minute' as last_seen,
    date '1950-01-01' + i % 20000 as born
  from generate_series(1, ${people}) as t(i)`

async function fill(url: string, people: number): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (const sql of [
    'set timezone = utc',
    'drop schema if exists brazier cascade',
    'drop table if exists people',
    `create table people as ${PEOPLE(people)}`,
    'analyze people',
  ])
    await client.query(sql)
  await client.end()
}

const forget = async (url: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('drop schema if exists brazier cascade')
  await client.end()
}

const SYNC = {
  'properties/facts':
    'select id as external_id, city, orders, ltv, spend, consent, last_seen, born from people',
}

/** Whole processes over the same rows, wall time. */
export async function againstScript(
  url: string,
  folder: string,
  options: { people: number; latency: number },
): Promise<Result> {
  const sink = await startSink({ latency: options.latency })
  try {
    await fill(url, options.people)
    const { directory } = makeProject(join(folder, 'script'), {
      endpoint: sink.url,
      syncs: SYNC,
      postgres: url,
    })
    const script = join(import.meta.dirname, 'floors/hand-script.mjs')
    const floor = async () => (await measured(script, [url, sink.url, 'people'])).seconds
    const product = async () => {
      await forget(url)
      return (await brazier(['sync', '--project', directory, '--json'])).seconds
    }
    const { floors, products } = await inTurn(options.latency === 0 ? 3 : 1, floor, product)
    const [script_, ours] = [Math.min(...floors), Math.min(...products)]
    const people = options.people.toLocaleString('en-US')
    return {
      what: `whole sync, ${people} people in Postgres, ${options.latency} ms latency`,
      floor: `hand-written ${sec(script_)}`,
      product: sec(ours),
      figure: ours / script_,
      unit: ' x',
      gate: { atMost: 1 },
    }
  } finally {
    sink.stop()
  }
}

export async function postgresMemory(url: string, folder: string, people: number): Promise<Result> {
  const sink = await startSink()
  try {
    await fill(url, people)
    const { directory } = makeProject(join(folder, 'memory'), {
      endpoint: sink.url,
      syncs: SYNC,
      postgres: url,
    })
    const usage = await brazier(['sync', '--project', directory, '--json'])
    return {
      what: `peak memory, ${people.toLocaleString('en-US')} people, store in Postgres`,
      floor: '',
      product: sec(usage.seconds),
      figure: usage.peakMb,
      unit: ' MB',
      gate: { atMost: 350 },
    }
  } finally {
    sink.stop()
  }
}
