// Decides how the door of jobs.ts opens: which statements are told apart by their ids, and which are under way.

import { createHash, randomUUID } from 'node:crypto'
import { fieldsOf, rowReader, textOf } from './cells.ts'
import { connect } from './connection.ts'
import { makeDataset } from './dataset.ts'
import { storeError } from './error-text.ts'
import { execute, type Work } from './execute.ts'
import { asDryRun, configurationOf, insert } from './insert.ts'
import { faultOfJob } from './job-error.ts'
import { type JobPurpose, labels } from './job-id.ts'
import type { About, BigQuerySettings, DryRun, JobDone, Jobs } from './jobs.ts'
import { upload } from './load.ts'
import { pages } from './pages.ts'
import { ask, type Clock, realClock } from './patience.ts'
import type { Engine } from './submit.ts'

/** @throws WarehouseError when there are no credentials, or they are not good. */
export async function openJobs(settings: BigQuerySettings, clock: Clock = realClock): Promise<Jobs> {
  const client = await connect(settings).catch((thrown: unknown) => {
    throw storeError(thrown, 'BigQuery')
  })
  const engine: Engine = { client, location: settings.location, clock, contact: { made: false } }
  const underWay = new Map<AbortController, Promise<unknown>>()
  const purposeOf = purposes(settings.name)

  /** Runs a job that others may cancel. */
  async function tracked(work: Work, signal: AbortSignal | undefined): Promise<JobDone> {
    const controller = new AbortController()
    const both = signal === undefined ? controller.signal : AbortSignal.any([controller.signal, signal])
    const job = execute(engine, work, both)
    underWay.set(controller, job)
    return await job.finally(() => underWay.delete(controller))
  }

  function run(sql: string, about: About): Promise<JobDone> {
    const { timeout, location } = settings
    const configuration = configurationOf(settings, sql, about)
    const begin = (jobId: string) => insert(client, configuration, { location, jobId })
    return tracked({ purpose: purposeOf(sql, about), kind: 'query', timeout, begin }, about.signal)
  }

  async function cancelAll(): Promise<void> {
    const jobs = [...underWay.values()]
    for (const controller of underWay.keys()) controller.abort()
    await Promise.allSettled(jobs)
  }

  return {
    run,
    async rows(sql, about) {
      const { jobId } = await run(sql, about)
      const rows = []
      for await (const page of pages(engine, jobId)) rows.push(...page.rows.map(rowReader(page.fields)))
      return rows
    },
    async *stream(sql, about) {
      const { jobId } = await run(sql, about)
      for await (const { rows } of pages(engine, jobId)) yield rows.map(textOf)
    },
    dryRun: (sql, about = {}) => dryRun(engine, configurationOf(settings, sql, { ...about, stage: 'check' })),
    load(table, ndjson, about) {
      const { project, location, timeout } = settings
      const purpose = purposeOf(contentOf(table.table, ndjson), about)
      const body = { project, location, timeout, labels: labels(purpose), table, ndjson }
      const begin = (jobId: string) => upload(client, jobId, body)
      return tracked({ purpose, kind: 'load', timeout, begin }, about.signal)
    },
    makeDataset: (dataset) => makeDataset(engine, dataset),
    cancelAll,
    close: cancelAll,
  }
}

/** Rows are too many to stand in for themselves. */
const contentOf = (table: string, ndjson: string): string =>
  `${table} ${createHash('sha256').update(ndjson).digest('hex')}`

/** Without a key, statements of one process are numbered: equal ones are two statements, not one asked for twice. */
function purposes(name: string): (content: string, about: About) => JobPurpose {
  const process = randomUUID()
  let count = 0
  return (content, { stage, sync, run, key }) => {
    count += 1
    return { name, stage, sync, run, key: key ?? `${process} ${count}`, content }
  }
}

async function dryRun(engine: Engine, configuration: Parameters<typeof asDryRun>[0]): Promise<DryRun> {
  const { client, location } = engine
  const job = await ask(engine, () => insert(client, asDryRun(configuration), { location }))
  const fault = job.status?.errorResult ?? job.status?.errors?.[0]
  if (fault) throw faultOfJob(fault, '')
  const { query: statistics, totalBytesProcessed } = job.statistics ?? {}
  return {
    fields: fieldsOf(statistics?.schema?.fields),
    statementType: statistics?.statementType ?? '',
    bytes: Number(statistics?.totalBytesProcessed ?? totalBytesProcessed ?? 0),
  }
}
