import { describe, expect, it } from 'vitest'
import { costOf, standing } from '../../../src/warehouse/bigquery/cost.ts'
import { ABOUT, FIELDS, open } from './replay-open.ts'
import { refusal, replay } from './replay-server.ts'

const TIB = 1024 ** 4
const PLACE = { project: 'shop-123', dataset: 'brazier' }

describe('what a query costs', () => {
  it('is found by a dry run, which has no id, no budget, and no cache to hide behind', async () => {
    const server = await replay({ fields: FIELDS, statistics: { totalBytesProcessed: '123456789012' } })
    const { jobs } = await open(server)
    expect(await jobs.dryRun('select 1', { dataset: 'marts' })).toEqual({
      fields: FIELDS.map((field) => ({ ...field, mode: 'NULLABLE', fields: [] })),
      statementType: 'SELECT',
      bytes: 123_456_789_012,
    })
    const [asked] = server.asked
    expect(asked?.body.configuration).toMatchObject({
      dryRun: true,
      labels: { app: 'brazier', stage: 'check' },
      query: { useQueryCache: false, defaultDataset: { datasetId: 'marts' } },
    })
    expect(asked?.body.configuration?.query).not.toHaveProperty('maximumBytesBilled')
    expect(server.began).toEqual([])
  })

  it.each([
    [0, 0],
    [1, (10 / 1024 ** 2) * 6.25],
    [TIB, 6.25],
    [2.5 * TIB, 15.625],
  ])('%d bytes cost %d, ten megabytes at least', (bytes, price) => {
    const cost = costOf(bytes, { pricePerTib: 6.25, maxBytesBilled: TIB })
    expect(cost).toEqual({ bytes, price: expect.closeTo(price, 9), limit: TIB })
  })
})

describe('whether a ledger can be kept', () => {
  it('is nothing to speak of when everything may be done', async () => {
    const server = await replay()
    const { jobs } = await open(server)
    expect(await standing(jobs, PLACE)).toEqual({ refusals: [], notes: [] })
    expect(server.asked.map(({ body }) => body.configuration?.query?.query)).toEqual([
      'create or replace table `shop-123`.`brazier`.brazier_probe as select 1 as one',
      'delete from `shop-123`.`brazier`.migrations where false',
    ])
    expect(server.began).toEqual([])
  })

  it('names what is missing', async () => {
    const denied = (permission: string) =>
      refusal(
        403,
        'accessDenied',
        `Access Denied: Dataset shop-123:brazier: Permission ${permission} denied on it`,
      )
    const server = await replay({}, [
      { on: /POST/, reply: denied('bigquery.tables.create') },
      { on: /POST/, reply: denied('bigquery.tables.updateData') },
    ])
    const { jobs } = await open(server)
    expect(await standing(jobs, PLACE)).toEqual({
      refusals: [
        'dataset brazier: The permission bigquery.tables.create is missing: grant roles/bigquery.dataEditor on the dataset of our own.',
        'dataset brazier: The permission bigquery.tables.updateData is missing: grant roles/bigquery.dataEditor on the dataset of our own.',
      ],
      notes: [],
    })
  })

  it('says who makes the dataset when it is not there', async () => {
    const missing = refusal(
      404,
      'notFound',
      'Not found: Dataset shop-123:brazier was not found in location EU',
    )
    const { jobs } = await open(await replay({}, [{ on: /POST/, reply: missing, times: 2 }]))
    const { refusals, notes } = await standing(jobs, PLACE)
    expect(refusals).toEqual([])
    expect(notes).toEqual([expect.stringContaining('needs bigquery.datasets.create (roles/bigquery.user)')])
  })

  it('does not guess when BigQuery cannot be asked', async () => {
    const { jobs, waits } = await open(await replay({}, [{ on: /POST/, times: 99 }]))
    await expect(standing(jobs, PLACE)).rejects.toMatchObject({ reason: 'unreachable' })
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThan(10_000)
    await expect(jobs.run('select 1', ABOUT)).rejects.toMatchObject({ reason: 'unreachable' })
  })
})
