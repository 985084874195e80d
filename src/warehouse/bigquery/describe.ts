// Decides whether BigQuery takes the author's text for exactly one SELECT, and which columns it has. By dry runs: nothing is
// read, nothing is billed.

import { asSubquery, checkNames, NOT_ONE_SELECT, sqlRefused } from '../author-sql.ts'
import type { SourceColumn } from '../port.ts'
import { authorError } from './error-text.ts'
import type { About, DryRun, Jobs } from './jobs.ts'
import { bigqueryColumn } from './types.ts'

/** What BigQuery calls a column without a name. */
const MADE_UP = /^f\d+_$/

/** Alone, text that closes our bracket does not parse; as a subquery, what is no SELECT does not. Both are needed. */
export async function describe(
  jobs: Jobs,
  sql: string,
  about: Pick<About, 'dataset' | 'signal'>,
): Promise<SourceColumn[]> {
  const dryRun = (text: string): Promise<DryRun> =>
    jobs.dryRun(text, about).catch((thrown: unknown) => {
      throw authorError(thrown, { linesBefore: text === sql ? 0 : 1 })
    })
  const { fields, statementType } = await dryRun(sql)
  if (statementType !== 'SELECT') throw sqlRefused(notOne(statementType), { hint: NOT_ONE_SELECT })
  checkNames(
    fields.map(({ name }) => name),
    (name) => name === '' || MADE_UP.test(name),
  )
  if ((await dryRun(asSubquery(sql))).statementType !== 'SELECT')
    throw sqlRefused('the SQL is no SELECT', { hint: NOT_ONE_SELECT })
  return fields.map(bigqueryColumn)
}

const notOne = (statementType: string): string =>
  statementType === 'SCRIPT' ? 'the SQL is more than one statement' : 'the SQL is no SELECT'
