import { describe, expect, it } from 'vitest'
import { ABOUT, FIELDS, open, READ, ROWS } from './replay-open.ts'
import { type Replay, refusal, replay } from './replay-server.ts'

const linesOf = ({ asked }: Replay): string[] => asked.map(({ line }) => line.replace(/brazier_[^/]+/, 'ID'))
const inserts = (server: Replay): number => linesOf(server).filter((line) => line === 'POST /jobs').length

describe('a job says who asks, what for, and how much it may cost', () => {
  it('in its id, labels, place, budget, time limit and time zone', async () => {
    const server = await replay({ fields: FIELDS, rows: ROWS })
    const { jobs } = await open(server)
    expect(await jobs.rows('select 1', { ...ABOUT, sync: 'Größe', dataset: 'marts' })).toEqual(READ)
    const [insert] = server.asked
    expect(insert?.line).toBe('POST /jobs')
    expect(insert?.body.jobReference).toEqual({
      projectId: 'brazier-test',
      location: 'EU',
      jobId: expect.stringMatching(/^brazier_shop_R1_delta_Gr--e_[0-9a-f]{24}_0$/),
    })
    expect(insert?.body.configuration).toEqual({
      jobTimeoutMs: '60000',
      labels: { app: 'brazier', project: 'shop', run: 'r1', stage: 'delta', sync: 'gr--e' },
      query: {
        query: 'select 1',
        useLegacySql: false,
        maximumBytesBilled: '123000000',
        defaultDataset: { projectId: 'brazier-test', datasetId: 'marts' },
        connectionProperties: [{ key: 'time_zone', value: 'UTC' }],
      },
    })
    expect(linesOf(server).filter((line) => line === 'POST /queries')).toEqual([])
  })

  it('and is another one for the same SQL asked twice, but the same for the same key', async () => {
    const server = await replay({ fields: FIELDS })
    const { jobs } = await open(server)
    await jobs.run('select 1', ABOUT)
    await jobs.run('select 1', ABOUT)
    expect(new Set(server.began).size).toBe(2)
    const done = await jobs.run('select 1', { ...ABOUT, key: 'settle' })
    const other = await open(server)
    expect(await other.jobs.run('select 1', { ...ABOUT, key: 'settle' })).toEqual(done)
    await other.jobs.run('select 2', { ...ABOUT, key: 'settle' })
    expect(server.began).toHaveLength(4)
  })
})

describe('a statement takes effect once', () => {
  it('when the reply to its insert is lost', async () => {
    const server = await replay({ fields: FIELDS, rows: ROWS }, [{ on: /^POST \/jobs$/, happens: true }])
    const { jobs } = await open(server)
    expect(await jobs.rows('select 1', ABOUT)).toEqual(READ)
    expect(server.began).toHaveLength(1)
    expect(inserts(server)).toBe(1)
    expect(linesOf(server)[1]).toBe('GET /jobs/ID')
  })

  it('when the request itself is lost, or BigQuery is not there for a while', async () => {
    const unavailable = refusal(503, 'backendError', 'Service Unavailable')
    const server = await replay({ fields: FIELDS, rows: ROWS }, [
      { on: /^POST \/jobs$/ },
      { on: /^GET \/jobs/, reply: unavailable, times: 2 },
    ])
    const { jobs, waits } = await open(server)
    expect(await jobs.rows('select 1', ABOUT)).toEqual(READ)
    expect(server.began).toHaveLength(1)
    expect(waits.slice(0, 3)).toEqual([500, 500, 1000])
  })

  it('when the job is there, though the lookup did not see it yet: 409', async () => {
    const server = await replay({ fields: FIELDS, rows: ROWS }, [
      { on: /^POST \/jobs$/, happens: true },
      { on: /^GET \/jobs/, reply: refusal(404, 'notFound', 'Not found: Job') },
    ])
    const { jobs } = await open(server)
    expect(await jobs.rows('select 1', ABOUT)).toEqual(READ)
    expect(server.began).toHaveLength(1)
    expect(inserts(server)).toBe(2)
  })

  it.each(['<html>', {}, null, 5])('when the answer to its insert is none: %j', async (body) => {
    const nonsense = { on: /^POST \/jobs$/, happens: true, reply: { status: 200, body } }
    const server = await replay({ fields: FIELDS, rows: ROWS }, [nonsense])
    const { jobs } = await open(server)
    expect(await jobs.rows('select 1', ABOUT)).toEqual(READ)
    expect(server.began).toHaveLength(1)
  })

  it('and a job of the same key that failed for somebody else is run again', async () => {
    const server = await replay({ fields: FIELDS })
    const first = await open(server)
    const { jobId } = await first.jobs.run('select 1', { ...ABOUT, key: 'k' })
    server.hold(jobId, { reason: 'stopped', message: 'Job execution was cancelled' })
    const second = await open(server)
    expect((await second.jobs.run('select 1', { ...ABOUT, key: 'k' })).jobId).toBe(jobId.replace(/_0$/, '_1'))
    expect(server.began).toHaveLength(2)
  })
})

describe('what passes by itself is tried again, under the next id', () => {
  it.each([
    ['rateLimitExceeded', 'Exceeded rate limits: too many table update operations for this table'],
    ['backendError', 'Error encountered during execution. Retrying may solve the problem.'],
    ['invalidQuery', 'Could not serialize access to table p:d.t due to concurrent update'],
    ['invalidQuery', 'Transaction is aborted due to concurrent update against table p:d.t'],
    [
      'quotaExceeded',
      'Your table exceeded quota for total number of dml jobs writing to a table, pending + running',
    ],
  ])('%s: %s', async (reason, message) => {
    const server = await replay({
      fields: FIELDS,
      failures: [
        { reason, message },
        { reason, message },
      ],
    })
    const { jobs, waits } = await open(server)
    const { jobId } = await jobs.run('update t set a = 1 where true', ABOUT)
    expect(server.began).toHaveLength(3)
    expect(server.began.map((id) => id.slice(-2))).toEqual(['_0', '_1', '_2'])
    expect(jobId).toBe(server.began[2])
    expect(waits).toEqual([0, 1000, 0, 2000].filter((wait) => wait > 0))
  })

  it('a 403 on the insert is no job at all: the same id again', async () => {
    const limited = refusal(403, 'rateLimitExceeded', 'Exceeded rate limits: too many concurrent queries')
    const server = await replay({ fields: FIELDS }, [{ on: /^POST \/jobs$/, reply: limited, times: 2 }])
    const { jobs } = await open(server)
    expect((await jobs.run('select 1', ABOUT)).jobId).toMatch(/_0$/)
    expect(server.began).toHaveLength(1)
  })

  it.each([
    ['invalidQuery', 'Division by zero: 1 / 0'],
    ['accessDenied', 'Access Denied: Table p:d.t: User does not have permission to query table p:d.t'],
    [
      'bytesBilledLimitExceeded',
      'Query exceeded limit for bytes billed: 123000000. 200000000 or higher required.',
    ],
    ['quotaExceeded', 'Custom quota exceeded: Your usage exceeded the custom quota for QueryUsagePerDay'],
  ])('but not %s: %s', async (reason, message) => {
    const server = await replay({ fields: FIELDS, failures: [{ reason, message }] })
    const { jobs } = await open(server)
    await expect(jobs.rows('select 1', ABOUT)).rejects.toMatchObject({ name: 'JobError', reason, message })
    expect(server.began).toHaveLength(1)
  })

  it('and not for ever', async () => {
    const failures = Array.from({ length: 30 }, () => ({ reason: 'backendError', message: 'again' }))
    const server = await replay({ fields: FIELDS, failures })
    const { jobs } = await open(server)
    await expect(jobs.run('select 1', ABOUT)).rejects.toMatchObject({ reason: 'backendError' })
    expect(server.began).toHaveLength(10)
  })
})

describe('a load job', () => {
  const TABLE = { project: 'brazier-test', dataset: 'brazier', table: 'acks_r1' }

  it('carries rows, labels and its own id, and is not sent twice', async () => {
    const server = await replay({}, [{ on: /^POST \/upload\/jobs$/, happens: true }])
    const { jobs } = await open(server)
    const { jobId } = await jobs.load(TABLE, '{"a":1}\n', ABOUT)
    expect(server.began).toEqual([jobId])
    const [insert] = server.asked
    expect(insert?.line).toBe('POST /upload/jobs')
    expect(insert?.body.configuration).toEqual({
      labels: { app: 'brazier', project: 'shop', run: 'r1', stage: 'delta', sync: 'lapsed_vip' },
      jobTimeoutMs: '60000',
      load: {
        destinationTable: { projectId: 'brazier-test', datasetId: 'brazier', tableId: 'acks_r1' },
        sourceFormat: 'NEWLINE_DELIMITED_JSON',
        createDisposition: 'CREATE_NEVER',
        writeDisposition: 'WRITE_APPEND',
        maxBadRecords: 0,
      },
    })
  })

  it('tells why it was refused', async () => {
    const denied = refusal(403, 'accessDenied', 'Access Denied: Permission bigquery.tables.updateData denied')
    const { jobs } = await open(await replay({}, [{ on: /^POST \/upload/, reply: denied }]))
    await expect(jobs.load(TABLE, '{"a":1}\n', ABOUT)).rejects.toMatchObject({
      reason: 'accessDenied',
      status: 403,
    })
  })
})
