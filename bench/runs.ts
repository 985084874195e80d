// Measures whole runs of the product: sending, pace, CPU and memory of the process, requests, objects, the snapshot's size.

import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { brazier, measured, startSink, type Usage } from './processes.ts'
import { duckdb, fillShop, makeProject, ONE, SEVEN } from './shop.ts'
import { inTurn, type Result, round, sec } from './table.ts'

const FLOORS = join(import.meta.dirname, 'floors')
const million = (people: number): string => `${people.toLocaleString('en-US')} people`
const least = (values: readonly number[]): number => Math.min(...values)

interface RunJson {
  readonly requests: number
  readonly objects: number
  readonly status: string
}
const told = (usage: Usage): RunJson => JSON.parse(usage.stdout) as RunJson

const sync = (directory: string): Promise<Usage> => brazier(['sync', '--project', directory, '--json'])
const withoutState = (directory: string): void =>
  rmSync(join(directory, 'state'), { recursive: true, force: true })

/** First load against a sink without latency: requests a second of the send phase against a bare loop; and at a ceiling. */
export async function sending(folder: string, people: number): Promise<Result[]> {
  const sink = await startSink()
  try {
    const directory = join(folder, 'sending')
    await fillShop(makeProject(directory, { endpoint: sink.url, syncs: ONE }), people)
    const requests = Math.ceil(people / 75)
    const product = async () => {
      withoutState(directory)
      await sync(directory)
      const { seconds } = await sink.count()
      return requests / seconds
    }
    const floor = async () => {
      const usage = await measured(join(FLOORS, 'bare-loop.mjs'), [sink.url, String(requests), '16'])
      await sink.count()
      return (JSON.parse(usage.stdout) as { perSecond: number }).perSecond
    }
    const { floors, products } = await inTurn(3, floor, product)
    const [bare, ours] = [Math.max(...floors), Math.max(...products)]
    const paced = makeProject(directory, { endpoint: sink.url, syncs: ONE, rate: 1000 })
    await fillShop(paced, people)
    await sync(directory)
    const { seconds } = await sink.count()
    const perSecond = people / seconds
    return [
      {
        what: `send phase of a first load, ${million(people)}`,
        floor: `bare loop ${round(bare)}/s`,
        product: `${round(ours)}/s`,
        figure: ours / bare,
        unit: ' x',
        gate: { atLeast: 0.4 },
      },
      {
        what: 'the same at requests_per_second: 1000',
        floor: '75,000 people/s',
        product: `${round(perSecond)} people/s`,
        figure: perSecond / 75_000,
        unit: ' x',
        gate: { atLeast: 0.97 },
      },
    ]
  } finally {
    sink.stop()
  }
}

/** Five audiences and two property files: CPU, memory, objects, requests. */
export async function sevenSyncs(folder: string, people: number): Promise<Result[]> {
  const sink = await startSink({ countObjects: true })
  try {
    const directory = join(folder, 'seven')
    const project = makeProject(directory, { endpoint: sink.url, syncs: SEVEN })
    await fillShop(project, people)
    const spec = join(folder, 'seven.json')
    const target = join(folder, 'seven.duckdb')
    const queries = Object.values(SEVEN).map((sql) => sql.replace(/^\/\*[\s\S]*?\*\/\n/, ''))
    writeFileSync(spec, JSON.stringify({ warehouse: project.warehouse, target, queries }))
    const floor = async () => {
      rmSync(target, { force: true })
      return await measured(join(FLOORS, 'seven-tables.mjs'), [spec])
    }
    const product = async () => {
      withoutState(directory)
      await sink.count()
      const first = await sync(directory)
      const sent = await sink.count()
      return { first, sent, quiet: await sync(directory) }
    }
    const { floors, products } = await inTurn(3, floor, product)
    const plain = least(floors.map((usage) => usage.cpuSeconds))
    const cpu = (usage: Usage[]) => least(usage.map((one) => one.cpuSeconds))
    const [first, quiet] = [cpu(products.map((run) => run.first)), cpu(products.map((run) => run.quiet))]
    const objects = products.at(-1)?.sent.objects ?? 0
    await fillShop(project, people, 1)
    const changed = await changedPeople(project.warehouse, people)
    await sink.count()
    const churn = told(await sync(directory))
    const peak = Math.max(...products.flatMap((run) => [run.first.peakMb, run.quiet.peakMb]))
    return [
      {
        what: 'CPU, seven syncs, first load',
        floor: `plain tables ${sec(plain)}`,
        product: sec(first),
        figure: first / plain,
        unit: ' x',
        gate: { atMost: 12 },
      },
      {
        what: 'CPU, seven syncs, nothing changed',
        floor: `plain tables ${sec(plain)}`,
        product: sec(quiet),
        figure: quiet / plain,
        unit: ' x',
        gate: { atMost: 2.5 },
      },
      {
        what: `peak memory, seven syncs, ${million(people)}, DuckDB`,
        floor: '',
        product: '',
        figure: peak,
        unit: ' MB',
        gate: { atMost: 800 },
      },
      {
        what: 'objects sent, seven syncs, first load',
        floor: `${people} people`,
        product: `${objects}`,
        figure: objects / people,
        unit: ' x',
        gate: { atMost: 1 },
      },
      {
        what: 'requests when nothing changed',
        floor: '',
        product: '',
        figure: told(products.at(-1)?.quiet as Usage).requests,
        unit: '',
        gate: { atMost: 0 },
      },
      {
        what: '1 % changed: requests against ceil(people / 75)',
        floor: `${Math.ceil(changed / 75)}`,
        product: `${churn.requests}`,
        figure: churn.requests / Math.ceil(changed / 75),
        unit: ' x',
        gate: { atMost: 1 },
      },
    ]
  } finally {
    sink.stop()
  }
}

async function changedPeople(warehouse: string, people: number): Promise<number> {
  const instance = await DuckDBInstance.create(warehouse, { access_mode: 'READ_ONLY' })
  const connection = await instance.connect()
  const reader = await connection.runAndReadAll(
    `select count(*) from range(${people}) as t(i) where hash(i + 77) % 1000 < 10`,
  )
  connection.closeSync()
  instance.closeSync()
  return Number(reader.getRows()[0]?.[0])
}

/** Bytes a person in the snapshot, fresh and after rounds of churn. */
export async function snapshotSize(folder: string, people: number, rounds: number): Promise<Result[]> {
  const sink = await startSink()
  try {
    const directory = join(folder, 'churn')
    const project = makeProject(directory, {
      endpoint: sink.url,
      syncs: {
        'properties/facts': 'select id as external_id, city, orders, ltv, consent, last_seen from people',
      },
    })
    await fillShop(project, people)
    await sync(directory)
    const fresh = await snapshotBytes(directory)
    for (let i = 1; i <= rounds; i += 1) {
      await duckdb(
        project.warehouse,
        `update people set orders = orders + 1, ltv = ltv + ${i} where hash(id || '${i}') % 100 < 2`,
      )
      await sync(directory)
    }
    const churned = await snapshotBytes(directory)
    const words = `${million(people)}, ${rounds} rounds of 2 %`
    return [
      {
        what: `snapshot, ${million(people)}, fresh`,
        floor: '',
        product: '',
        figure: fresh / people,
        unit: ' B/person',
        gate: { atMost: 30 },
      },
      {
        what: `snapshot, ${words}`,
        floor: '',
        product: '',
        figure: churned / people,
        unit: ' B/person',
        gate: { atMost: 60 },
      },
    ]
  } finally {
    sink.stop()
  }
}

/** Blocks on disk that hold the snapshot's columns. */
async function snapshotBytes(directory: string): Promise<number> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(`attach '${join(directory, 'state/brazier.duckdb')}' as s (read_only)`)
  const name = (
    await connection.runAndReadAll(
      `select table_name from duckdb_tables() where database_name = 's' and table_name like 'snapshot_%'`,
    )
  ).getRows()[0]?.[0]
  const reader = await connection.runAndReadAll(
    `select (select count(distinct b) from (select block_id as b from pragma_storage_info('s.brazier.${name}') where persistent union all select unnest(additional_block_ids) from pragma_storage_info('s.brazier.${name}'))) * (select block_size from pragma_database_size() where database_name = 's')`,
  )
  connection.closeSync()
  instance.closeSync()
  return Number(reader.getRows()[0]?.[0])
}

/** Many people, one property file. */
export async function manyPeople(folder: string, people: number): Promise<Result> {
  const sink = await startSink()
  try {
    const directory = join(folder, 'many')
    await fillShop(makeProject(directory, { endpoint: sink.url, syncs: ONE }), people)
    const usage = await sync(directory)
    return {
      what: `peak memory, one property file, ${million(people)}, DuckDB`,
      floor: '',
      product: sec(usage.seconds),
      figure: usage.peakMb,
      unit: ' MB',
      gate: { atMost: 1000 },
    }
  } finally {
    sink.stop()
  }
}

export async function start(): Promise<Result> {
  const bin = join(import.meta.dirname, '../bin/brazier.mjs')
  const nothing = join(FLOORS, 'nothing.mjs')
  const node = async (script: string, args: readonly string[]) => await measuredStart(script, args)
  const { floors, products } = await inTurn(
    9,
    () => node(nothing, []),
    () => node(bin, ['--help']),
  )
  const [bare, help] = [least(floors), least(products)]
  return {
    what: 'brazier --help against bare node',
    floor: `${bare.toFixed(0)} ms`,
    product: `${help.toFixed(0)} ms`,
    figure: help / bare,
    unit: ' x',
    gate: { atMost: 2.5 },
  }
}

async function measuredStart(script: string, args: readonly string[]): Promise<number> {
  const { spawn } = await import('node:child_process')
  const started = performance.now()
  await new Promise((resolve) =>
    spawn(process.execPath, [script, ...args], { stdio: 'ignore' }).on('close', resolve),
  )
  return performance.now() - started
}
