// Decides how the ledger is looked at without touching it: no lease, no migration, and no ledger made where there is none.

import { asText, type Ledger } from '../ledger/sql.ts'
import { asError } from '../model/errors.ts'
import { ledgerOn, type RunDeps } from './context.ts'

export type LedgerDeps = Pick<RunDeps, 'project' | 'databases'>

/** What `work` finds, or undefined when there is no ledger yet. */
export async function readLedger<T>(
  deps: LedgerDeps,
  work: (ledger: Ledger) => Promise<T>,
): Promise<T | undefined> {
  const session = await deps.databases.store.session()
  try {
    const ledger = ledgerOn(deps, session)
    return (await isThere(ledger)) ? await work(ledger) : undefined
  } finally {
    await session.close()
  }
}

/** Both databases say "does not exist" of a table and of a schema; anything else is an error to be told. */
async function isThere({ dialect, session }: Ledger): Promise<boolean> {
  try {
    const rows = await session.rows(`select max(version) as version from ${dialect.table('migrations')}`)
    return asText(rows[0]?.version) !== undefined
  } catch (error) {
    if (/does not exist/i.test(asError(error).message)) return false
    throw error
  }
}
