// Decides what an error of BigQuery means for us, and which words of its message may be repeated: never a value. Pure.

import { asError, BrazierError, type SyncError, WarehouseError } from '../../model/errors.ts'
import { NOT_ONE_SELECT, sqlRefused } from '../author-sql.ts'
import { JobError } from './job-error.ts'
import { grantFor, permissionIn } from './permission.ts'

/** Any other reason is about the way to BigQuery, or about what happens there to everybody. */
const ABOUT_SQL = new Set([
  'accessDenied',
  'bytesBilledLimitExceeded',
  'invalid',
  'invalidQuery',
  'notFound',
  'notImplemented',
  'resourcesExceeded',
  'responseTooLarge',
  'stopped',
  'timeout',
])

const REMEDIES: Readonly<Record<string, (message: string) => string>> = {
  accessDenied: grantFor,
  bytesBilledLimitExceeded: () => 'Make the query read less, or raise warehouse.max_bytes_billed.',
  incomplete: () => 'Nothing was taken from this answer; the next run asks again.',
  notFound: () => 'Check the name, and that warehouse.location is where that data lies.',
  quotaExceeded: () => 'A quota of the Google project is used up: wait, or ask Google for more.',
  resourcesExceeded: () => 'Make the query smaller: aggregate before joining, and leave out ORDER BY.',
  timeout: () => 'Make it quicker, or raise warehouse.timeout.',
  unauthenticated: () =>
    'Run gcloud auth application-default login, attach a service account to this machine, or name a key file in warehouse.credentials_file.',
  unreachable: () => 'Check the network, and warehouse.api_endpoint if it is set.',
  wrongLocation: () => 'Say where the data lies in warehouse.location, or name another warehouse.dataset.',
}

const hintOf = ({ reason, message }: JobError): { hint?: string } => {
  const remedy = REMEDIES[reason]
  if (reason === 'unauthenticated' && permissionIn(message) !== undefined) return { hint: grantFor(message) }
  return remedy === undefined ? {} : { hint: remedy(message) }
}

export interface AuthorSql {
  /** Lines of ours before the first one of the author's file; absent when the SQL ran, where lines say nothing. */
  readonly linesBefore?: number
}

/** What BigQuery says against the author's SQL. */
export function authorError(thrown: unknown, { linesBefore }: AuthorSql): SyncError | BrazierError | Error {
  if (!(thrown instanceof JobError)) return asError(thrown)
  const { reason, message } = thrown
  // Without the right to run anything no sync gets further.
  const concernsAll = !ABOUT_SQL.has(reason) || permissionIn(message)?.startsWith('bigquery.jobs.')
  if (concernsAll) return storeError(thrown, 'the warehouse')
  if (reason === 'stopped') return sqlRefused('the query was stopped')
  if (reason === 'timeout') return sqlRefused('the query took too long', hintOf(thrown))
  if (reason !== 'invalidQuery' && reason !== 'invalid') return sqlRefused(plain(message), hintOf(thrown))
  if (linesBefore === undefined)
    return sqlRefused(withoutValues(message), { hint: 'Correct the SQL; nothing was sent.' })
  const [, line] = POSITION.exec(message) ?? []
  return sqlRefused(plain(message), {
    line: line === undefined ? undefined : Math.max(1, Number(line) - linesBefore),
    ...(linesBefore === 0 ? {} : { hint: NOT_ONE_SELECT }),
  })
}

/** What went wrong with a statement of ours, or on the way. */
export function storeError(thrown: unknown, place: string): Error {
  if (!(thrown instanceof JobError)) return asError(thrown)
  const { reason, message } = thrown
  if (reason === 'unreachable')
    return new WarehouseError(`BigQuery cannot be reached (${message})`, hintOf(thrown))
  if (reason === 'unauthenticated')
    return new WarehouseError(`BigQuery does not know who we are: ${plain(message)}`, hintOf(thrown))
  if (reason === 'invalidQuery' || reason === 'invalid')
    return new BrazierError(
      `${place}: ${POSITION.test(message) ? withoutTexts(plain(message)) : withoutValues(message)}`,
    )
  // In these words, since whoever looks for a ledger asks whether that is all.
  if (reason === 'notFound')
    return new BrazierError(`${place}: ${plain(message)}: it does not exist`, hintOf(thrown))
  if (reason === 'stopped') return new BrazierError(`${place}: ${plain(message)}`)
  return new WarehouseError(`${place}: ${plain(message)} (${reason})`, hintOf(thrown))
}

/** Only what was refused before it ran has a position; what fails on a value has none. */
const POSITION = / at \[(\d+):\d+\]/

const plain = (message: string): string =>
  (message.split('\n')[0] ?? '')
    .replace(/^Query error: /, '')
    .replace(/ at \[\d+:\d+\]/g, '')
    .trim()

/** A statement of ours holds people's keys only as literals. */
const withoutTexts = (message: string): string => message.replace(/'[^']*'|"[^"]*"/g, '…')

/** How BigQuery begins to say that a value made a query fail. What follows may be the value. */
const KNOWN_BEGINNINGS =
  /^(?:Bad \w+ value|Division by zero|\w+ overflow|Array index|Scalar subquery produced more than one element|(?:Invalid|Could not|Cannot|Failed to|Error) (?:cast|convert|parse|parsing|date|datetime|JSON|input|number|time|timestamp|UTF-8|zoned?)\b|Duplicate keys?|UPDATE\/MERGE must match at most one source row|Conversion Error|Out of Range Error|Invalid Input Error|Could not serialize access|Transaction is aborted)/i

/** The author's own ERROR() may say anything at all, so only what we know is repeated. */
function withoutValues(message: string): string {
  const [known] = KNOWN_BEGINNINGS.exec(plain(message)) ?? []
  return known === undefined
    ? 'a value in the data made it fail; BigQuery’s own words may hold it and are not repeated'
    : `${known} … (the value is not repeated)`
}
