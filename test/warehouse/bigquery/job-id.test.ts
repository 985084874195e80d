import { expect, it } from 'vitest'
import { jobId, labels } from '../../../src/warehouse/bigquery/job-id.ts'

const PURPOSE = { name: 'shop', stage: 'settle', sync: 'vip', run: 'r-1', key: 'k', content: 'select 1' }

it('is the same for the same purpose, and another one for anything else', () => {
  const ids = [
    jobId(PURPOSE, 0),
    jobId(PURPOSE, 1),
    ...(['name', 'stage', 'sync', 'run', 'key', 'content'] as const).map((part) =>
      jobId({ ...PURPOSE, [part]: 'x' }, 0),
    ),
    jobId({ ...PURPOSE, sync: undefined }, 0),
    // Equal once their letters are replaced, and still two.
    jobId({ ...PURPOSE, sync: 'ä' }, 0),
    jobId({ ...PURPOSE, sync: 'ö' }, 0),
    // Nothing moves from one part to the next.
    jobId({ ...PURPOSE, run: 'r-1_settle', stage: 'x' }, 0),
  ]
  expect(new Set(ids).size).toBe(ids.length)
  expect(jobId({ ...PURPOSE }, 0)).toBe(ids[0])
})

it('holds only what BigQuery takes, however long the names are', () => {
  const long = { ...PURPOSE, name: 'Größe '.repeat(100), sync: 'x'.repeat(500), run: '…'.repeat(500) }
  expect(jobId(long, 12)).toMatch(/^[A-Za-z0-9_-]{1,1024}$/)
  for (const value of Object.values(labels(long))) expect(value).toMatch(/^[a-z0-9_-]{1,63}$/)
  expect(labels({ name: 'Shop', stage: 'check' })).toEqual({
    app: 'brazier',
    project: 'shop',
    stage: 'check',
  })
})
