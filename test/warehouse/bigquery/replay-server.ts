// Decides how BigQuery answers where no emulator does: job ids that are taken once, results in pages, and whatever trouble a
// test writes down. A real HTTP server on this machine, which keeps every request for the test to look at.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Asked {
  /** `POST /jobs`, `GET /queries/ID`, `GET /queries/ID page TOKEN`, without the project's path. */
  readonly line: string
  readonly query: URLSearchParams
  readonly body: { readonly jobReference?: Reference; readonly configuration?: Configuration } & Json
}

type Json = Readonly<Record<string, unknown>>
interface Reference {
  readonly jobId: string
  readonly location?: string
}
interface Configuration extends Json {
  readonly labels?: Json
  readonly query?: Json
}

export interface Trouble {
  /** Which requests: matched against `line`. */
  readonly on: RegExp
  /** How often; the next requests are answered as usual. */
  readonly times?: number
  /** The answer in place of the usual one; without it, the connection is cut. */
  readonly reply?: { readonly status: number; readonly body: unknown }
  /** What was asked for happens all the same: only the answer is lost. */
  readonly happens?: boolean
}

interface Result {
  readonly fields?: readonly { name: string; type: string; mode?: string }[]
  readonly rows?: readonly (readonly (string | null)[])[]
  /** In place of a success; taken by the first jobs in turn. */
  readonly failures?: readonly { reason: string; message: string }[]
  /** Looks at the results before it is complete. */
  readonly looks?: number
  /** Of each page, in place of what was asked for. */
  readonly pageSize?: number
  readonly statistics?: Json
}

export interface Replay {
  readonly url: string
  readonly asked: Asked[]
  /** Ids of the jobs that began, in order. */
  readonly began: string[]
  /** Ids of those that were cancelled. */
  readonly cancelled: string[]
  /** A job of somebody else. */
  hold(id: string, failure?: { reason: string; message: string }): void
}

/** `error` as Google's APIs write it. */
export const refusal = (status: number, reason: string, message: string) => ({
  status,
  body: { error: { code: status, message, errors: [{ reason, message, domain: 'global' }] } },
})

interface Job {
  readonly id: string
  readonly failure: { reason: string; message: string } | undefined
  looks: number
  configuration: Json
}

export async function replay(result: Result = {}, troubles: Trouble[] = []): Promise<Replay> {
  const jobs = new Map<string, Job>()
  const left = new Map(troubles.map((trouble) => [trouble, trouble.times ?? 1]))
  const state: Replay = {
    url: '',
    asked: [],
    began: [],
    cancelled: [],
    hold: (id, failure) => jobs.set(id, { id, failure, looks: 0, configuration: {} }),
  }
  const server = createServer(async (request, response) => {
    const asked = await read(request)
    state.asked.push(asked)
    const trouble = troubles.find((one) => (left.get(one) ?? 0) > 0 && one.on.test(asked.line))
    if (trouble === undefined) return send(response, answer({ state, jobs, result, asked }))
    left.set(trouble, (left.get(trouble) ?? 0) - 1)
    if (trouble.happens) answer({ state, jobs, result, asked })
    if (trouble.reply === undefined) return void request.socket.destroy()
    send(response, trouble.reply)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return Object.assign(state, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
}

async function read(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString()
  const url = new URL(request.url ?? '/', 'http://x')
  const path = url.pathname.replace(/^.*\/projects\/[^/]+/, '')
  const json = /^--[\s\S]*?\r\n\r\n(\{.*\})\r\n--/.exec(text)?.[1] ?? text
  const token = url.searchParams.get('pageToken')
  const upload = url.pathname.startsWith('/upload') ? '/upload' : ''
  return {
    line: `${request.method} ${upload}${path}${token === null ? '' : ` page ${token}`}`,
    query: url.searchParams,
    body: json === '' ? {} : JSON.parse(json),
  }
}

const send = (response: ServerResponse, { status, body }: { status: number; body: unknown }): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

interface Asking {
  readonly state: Replay
  readonly jobs: Map<string, Job>
  readonly result: Result
  readonly asked: Asked
}

function answer({ state, jobs, result, asked }: Asking): { status: number; body: unknown } {
  const [, kind, id = '', cancels] =
    /\/(jobs|queries)\/?([^/]*)(\/cancel)?$/.exec(asked.line.replace(/ page .*/, '')) ?? []
  if (id === '') return begin({ state, jobs, result, asked })
  const job = jobs.get(id)
  if (job === undefined) return refusal(404, 'notFound', `Not found: Job ${id}`)
  if (cancels !== undefined) {
    state.cancelled.push(id)
    jobs.set(id, { ...job, failure: { reason: 'stopped', message: 'Job execution was cancelled' }, looks: 0 })
    return { status: 200, body: { job: resource(job, result) } }
  }
  return kind === 'jobs' ? { status: 200, body: resource(job, result) } : results(job, result, asked.query)
}

function begin({ state, jobs, result, asked }: Asking): { status: number; body: unknown } {
  const { jobReference, configuration = {} } = asked.body
  if (configuration.dryRun === true) {
    const schema = { fields: result.fields ?? [] }
    const query = { statementType: 'SELECT', schema, ...result.statistics }
    return { status: 200, body: { configuration, status: { state: 'DONE' }, statistics: { query } } }
  }
  const id = jobReference?.jobId ?? ''
  if (jobs.has(id)) return refusal(409, 'duplicate', `Already Exists: Job brazier-test:US.${id}`)
  const job = { id, failure: result.failures?.[state.began.length], looks: result.looks ?? 0, configuration }
  jobs.set(id, job)
  state.began.push(id)
  return { status: 200, body: { ...resource(job, result), status: { state: 'RUNNING' } } }
}

function resource({ id, failure, looks, configuration }: Job, { statistics }: Result) {
  const errors = failure === undefined ? {} : { errorResult: failure, errors: [failure] }
  return {
    jobReference: { projectId: 'brazier-test', jobId: id, location: 'US' },
    configuration,
    status: looks > 0 ? { state: 'RUNNING' } : { state: 'DONE', ...errors },
    statistics: { query: { statementType: 'SELECT', totalBytesBilled: '10485760', ...statistics } },
  }
}

function results(job: Job, { fields, rows = [], pageSize }: Result, query: URLSearchParams) {
  if (job.looks > 0) {
    job.looks -= 1
    return { status: 200, body: { jobComplete: false } }
  }
  if (job.failure !== undefined) return refusal(400, job.failure.reason, job.failure.message)
  const from = Number(query.get('pageToken') ?? 0)
  const asked = Number(query.get('maxResults') ?? rows.length)
  const to = Math.min(rows.length, from + Math.min(asked, pageSize ?? asked))
  const page = rows.slice(from, to).map((row) => ({ f: row.map((v) => ({ v })) }))
  return {
    status: 200,
    body: {
      jobComplete: true,
      totalRows: String(rows.length),
      ...(fields === undefined ? {} : { schema: { fields } }),
      ...(page.length > 0 ? { rows: page } : {}),
      ...(to < rows.length && asked > 0 ? { pageToken: String(to) } : {}),
    },
  }
}
