import { describe, expect, it } from 'vitest'
import type { Jobs } from '../../../src/warehouse/bigquery/jobs.ts'
import { openJobs } from '../../../src/warehouse/bigquery/open-jobs.ts'
import { ABOUT, FIELDS, open } from './replay-open.ts'
import { refusal, replay } from './replay-server.ts'

describe('an answer that makes no sense is never an empty result', () => {
  const reading = (body: unknown, status = 200) => ({
    on: /^GET \/queries.*$/,
    reply: { status, body },
    times: 99,
  })

  it.each([
    ['no schema', { jobComplete: true, totalRows: '0' }, 'incomplete'],
    ['an empty schema', { jobComplete: true, totalRows: '0', schema: { fields: [] } }, 'incomplete'],
    ['nothing at all', {}, 'unreachable'],
    ['null', null, 'unreachable'],
    ['a page of a proxy', '<html>', 'unreachable'],
    [
      'errors in a 200',
      {
        jobComplete: true,
        totalRows: '0',
        schema: { fields: FIELDS },
        errors: [{ reason: 'invalidQuery', message: 'Syntax error' }],
      },
      'invalidQuery',
    ],
    [
      'rows that are missing',
      { jobComplete: true, totalRows: '5', schema: { fields: FIELDS } },
      'incomplete',
    ],
  ])('%s', async (_, body, reason) => {
    const { jobs } = await open(await replay({}, [reading(body)]))
    await expect(jobs.rows('select 1', ABOUT)).rejects.toMatchObject({ name: 'JobError', reason })
  })

  it('nor is a job that says DONE together with errors', async () => {
    const status = { state: 'DONE', errors: [{ reason: 'invalidQuery', message: 'Syntax error' }] }
    const { jobs } = await open(
      await replay({}, [{ on: /^GET \/jobs/, reply: { status: 200, body: { status } } }]),
    )
    await expect(jobs.run('select 1', ABOUT)).rejects.toMatchObject({ reason: 'invalidQuery' })
  })

  it('zero rows with a schema are zero rows', async () => {
    const { jobs } = await open(await replay({ fields: FIELDS }))
    expect(await jobs.rows('select 1', ABOUT)).toEqual([])
  })

  it.each([[{ name: 'a', type: 'RECORD' }], [{ name: 'a', type: 'STRING', mode: 'REPEATED' }]])(
    'a column that is no scalar is refused: %j',
    async (field) => {
      const { jobs } = await open(await replay({ fields: [field], rows: [['x']] }))
      await expect(jobs.rows('select 1', ABOUT)).rejects.toMatchObject({ reason: 'incomplete' })
    },
  )
})

describe('pages', () => {
  const texts = Array.from({ length: 7 }, (_, i) => [`t${i}`])
  const collect = async (jobs: Jobs): Promise<(readonly string[])[]> => {
    const pages = []
    for await (const page of jobs.stream('select t', ABOUT)) pages.push(page)
    return pages
  }

  it('come one after another, and one that is lost on the way is asked for again by its token', async () => {
    const result = { fields: [{ name: 't', type: 'STRING' }], rows: texts, pageSize: 3 }
    const server = await replay(result, [
      { on: /page 3$/, times: 2 },
      { on: /page 6$/, reply: refusal(503, 'backendError', 'Service Unavailable') },
    ])
    const { jobs } = await open(server)
    expect(await collect(jobs)).toEqual([['t0', 't1', 't2'], ['t3', 't4', 't5'], ['t6']])
    const pages = server.asked.flatMap(({ line }) => / page .*/.exec(line)?.[0] ?? [])
    expect(pages).toEqual([' page 3', ' page 3', ' page 3', ' page 6', ' page 6'])
    expect(server.began).toHaveLength(1)
  })

  it('grow with what the rows so far were like, up to some megabytes', async () => {
    const large = Array.from({ length: 1200 }, () => ['x'.repeat(20_000)])
    const server = await replay({ fields: [{ name: 't', type: 'STRING' }], rows: large })
    const { jobs } = await open(server)
    expect((await collect(jobs)).map((page) => page.length)).toEqual([100, 200, 200, 200, 200, 200, 100])
    const small = await open(
      await replay({ fields: [{ name: 't', type: 'STRING' }], rows: Array(9_000).fill(['x']) }),
    )
    expect((await collect(small.jobs)).map((page) => page.length)).toEqual([100, 1000, 7900])
  })

  it('a NULL is no text', async () => {
    const { jobs } = await open(await replay({ fields: [{ name: 't', type: 'STRING' }], rows: [[null]] }))
    await expect(collect(jobs)).rejects.toMatchObject({ reason: 'incomplete' })
  })
})

describe('waiting', () => {
  it('looks again no sooner than after a second while the job is not complete', async () => {
    const server = await replay({ fields: FIELDS, looks: 3 })
    const { jobs, waits } = await open(server)
    await jobs.run('select 1', ABOUT)
    expect(waits).toEqual([1000, 1000, 1000])
  })

  it('ends at the time limit, and cancels the job', async () => {
    const server = await replay({ fields: FIELDS, looks: 100_000 })
    const { jobs, waits } = await open(server, { timeout: 30 })
    await expect(jobs.run('select 1', ABOUT)).rejects.toMatchObject({ reason: 'timeout' })
    expect(waits.length).toBeLessThan(100)
    expect(server.cancelled).toEqual(server.began)
  })

  it('takes a job that BigQuery itself stopped for its time limit as such', async () => {
    const failures = [{ reason: 'stopped', message: 'Job execution was cancelled: Job timed out after 1s' }]
    const { jobs } = await open(await replay({ failures }))
    await expect(jobs.run('select 1', ABOUT)).rejects.toMatchObject({ reason: 'timeout' })
  })

  it.each(['signal', 'cancelAll'] as const)('ends when somebody says so: %s', async (how) => {
    const server = await replay({ fields: FIELDS, looks: 100_000 })
    const stop = new AbortController()
    const settings = { name: 's', project: 'brazier-test', location: 'EU', maxBytesBilled: 1e9, timeout: 60 }
    const jobs = await openJobs({ ...settings, apiEndpoint: server.url })
    const running = jobs.run('select 1', { ...ABOUT, signal: stop.signal })
    const ended = expect(running).rejects.toMatchObject({ reason: 'stopped' })
    await expect.poll(() => server.asked.length).toBeGreaterThan(1)
    if (how === 'signal') stop.abort()
    else await jobs.cancelAll()
    await ended
    expect(server.cancelled).toEqual(server.began)
    await expect(jobs.run('select 1', { ...ABOUT, signal: AbortSignal.abort() })).rejects.toMatchObject({
      reason: 'stopped',
    })
    expect(server.began).toHaveLength(1)
  })
})
