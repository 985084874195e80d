import { expect, it } from 'vitest'
import { paintFor } from '../../src/cli/paint.ts'
import { checkJson, checkText, isRefused } from '../../src/cli/print/check-text.ts'

const REFUSAL = 'dataset brazier: The permission bigquery.tables.create is missing: grant it.'
const NOTHING = { syncs: [], orphans: [], warnings: [] }

it('a ledger that cannot be kept fails the check, whatever the syncs are like', () => {
  const report = { ...NOTHING, refusals: [REFUSAL] }
  expect(isRefused(report)).toBe(true)
  expect(checkText(report, paintFor(false)).split('\n')).toContain(`refused ${REFUSAL}`)
  expect(checkJson(report)).toMatchObject({ status: 'failed', refusals: [REFUSAL] })
})

it('without a refusal it does not', () => {
  expect(isRefused(NOTHING)).toBe(false)
  expect(checkJson(NOTHING)).toMatchObject({ status: 'succeeded', refusals: [] })
})
