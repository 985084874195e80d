import { describe, expect, it } from 'vitest'
import { authorError, storeError } from '../../../src/warehouse/bigquery/error-text.ts'
import { faultOf, JobError } from '../../../src/warehouse/bigquery/job-error.ts'

const fault = (reason: string, message: string) => new JobError({ reason, message })

describe('what BigQuery says, for people', () => {
  it('gives the line in the author’s file', () => {
    const unknown = fault('invalidQuery', 'Unrecognized name: emial; Did you mean email? at [7:12]')
    expect(authorError(unknown, { linesBefore: 0 })).toMatchObject({
      name: 'SyncError',
      message: 'line 7: Unrecognized name: emial; Did you mean email?',
    })
    expect(authorError(unknown, { linesBefore: 1 })).toMatchObject({
      message: 'line 6: Unrecognized name: emial; Did you mean email?',
      hint: 'Write exactly one SELECT: the SQL of a sync can only read.',
    })
  })

  it.each([
    [
      'Access Denied: Project shop-123: User does not have bigquery.jobs.create permission in project shop-123.',
      'WarehouseError',
      'The permission bigquery.jobs.create is missing: grant roles/bigquery.jobUser on the project that runs the queries.',
    ],
    [
      'Access Denied: Table shop-123:marts.orders: User does not have permission to query table shop-123:marts.orders, or perhaps it does not exist.',
      'SyncError',
      'The permission bigquery.tables.getData is missing: grant roles/bigquery.dataViewer on the dataset that the SQL reads.',
    ],
    [
      'Access Denied: Dataset shop-123:brazier: Permission bigquery.tables.create denied on dataset shop-123:brazier (or it may not exist).',
      'SyncError',
      'The permission bigquery.tables.create is missing: grant roles/bigquery.dataEditor on the dataset of our own.',
    ],
    [
      'Access Denied: something new',
      'SyncError',
      'Grant the roles that docs/bigquery.md lists to the account that Brazier uses.',
    ],
  ])('names the missing permission: %s', (message, name, hint) => {
    expect(authorError(fault('accessDenied', message), { linesBefore: 0 })).toMatchObject({ name, hint })
    expect(storeError(fault('accessDenied', message), 'x')).toMatchObject({ name: 'WarehouseError', hint })
  })

  it('says of a ledger that is not there yet just that', () => {
    const missing = fault('notFound', 'Not found: Dataset shop-123:brazier was not found in location US')
    expect(storeError(missing, 'bigquery dataset shop-123.brazier').message).toMatch(/: it does not exist$/)
  })

  it('says what to do about a missing right to act as somebody', () => {
    const thrown = Object.assign(
      new Error('unable to impersonate: Permission iam.serviceAccounts.getAccessToken denied'),
      { code: 403 },
    )
    expect(storeError(faultOf(thrown), 'BigQuery').message).toMatch(/^BigQuery does not know who we are: /)
    expect(storeError(faultOf(thrown), 'BigQuery')).toMatchObject({
      hint: 'The permission iam.serviceAccounts.getAccessToken is missing: grant roles/iam.serviceAccountTokenCreator on the service account to act as.',
    })
  })

  it.each([
    [
      'bytesBilledLimitExceeded',
      'Query exceeded limit for bytes billed: 100. 200 or higher required.',
      'SyncError',
      /max_bytes_billed/,
    ],
    [
      'notFound',
      'Not found: Dataset shop-123:brazier was not found in location US',
      'SyncError',
      /warehouse\.location/,
    ],
    ['resourcesExceeded', 'Resources exceeded during query execution', 'SyncError', /aggregate/],
    ['timeout', 'it took too long', 'SyncError', /warehouse\.timeout/],
    ['quotaExceeded', 'Quota exceeded: Your project exceeded quota', 'WarehouseError', /quota/],
    ['incomplete', 'a result has no schema', 'WarehouseError', /next run/],
    ['unreachable', 'ECONNREFUSED', 'WarehouseError', /network/],
  ])('%s has a remedy', (reason, message, name, hint) => {
    expect(authorError(fault(reason, message), {})).toMatchObject({ name, hint: expect.stringMatching(hint) })
  })
})

describe('no value of the data is repeated', () => {
  it.each([
    ['Bad int64 value: bob@x.com', 'Bad int64 value … (the value is not repeated)'],
    ['Query error: Division by zero: 5551234 / 0', 'Division by zero … (the value is not repeated)'],
    ['Could not cast literal "bob@x.com" to type DATE', 'Could not cast … (the value is not repeated)'],
    ["Invalid timestamp: 'bob@x.com'", 'Invalid timestamp … (the value is not repeated)'],
    [
      'bob@x.com is not welcome',
      'a value in the data made it fail; BigQuery’s own words may hold it and are not repeated',
    ],
    [
      'Scalar subquery produced more than one element',
      'Scalar subquery produced more than one element … (the value is not repeated)',
    ],
  ])('%s', (message, expected) => {
    const refused = authorError(fault('invalidQuery', message), {})
    expect(refused.message).toBe(expected)
    expect(refused.cause).toBeUndefined()
    expect(storeError(fault('invalidQuery', message), 'bigquery dataset p.d').message).toBe(
      `bigquery dataset p.d: ${expected}`,
    )
  })

  it('nor a literal of ours', () => {
    const told = storeError(
      fault('invalidQuery', `Unrecognized name: x in 'bob@x.com' at [1:8]`),
      'the ledger',
    )
    expect(told.message).toBe('the ledger: Unrecognized name: x in …')
  })
})
