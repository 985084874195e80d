import { expect, it } from 'vitest'
import { ledgerPage } from './ledger-page.ts'

it('docs/ledger.md describes every table and column of the ledger', async () => {
  await expect(ledgerPage()).toMatchFileSnapshot('../../docs/ledger.md')
})
