// Decides what a Postgres error means for us, and which words of its message may be repeated: never a value. Pure.

import { asError, BrazierError, StatementError, type SyncError, WarehouseError } from '../../model/errors.ts'
import { lineAt, NOT_ONE_SELECT, sqlRefused } from '../author-sql.ts'
import { withoutData } from '../said-words.ts'
import type { Address } from './url.ts'

/** SQLSTATE of a server's error, or the system's code of a connection's. */
export function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
}

const isServerError = (code: string): boolean => /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code)

/** The message, with data taken out where a value caused it. */
export function postgresMessage(thrown: unknown): string {
  const error = asError(thrown)
  const code = codeOf(error)
  // What a function of theirs raises may say anything.
  if (code.startsWith('P0')) return `a function raised an error (${code})`
  return isServerError(code) && !isAboutText(error, code) ? withoutData(error.message) : error.message
}

/**
 * Transactions (25), what depends on something (2B), rights (42501), limits and resources (53, 54, 57), connections. Syntax and
 * names (42, 3F) and what is not supported (0A) have a position when the text of the SQL is meant; without one, a value was
 * taken for a name.
 */
const isAboutText = (error: Error, code: string): boolean =>
  /^(?:42501|25|2B|53|54|55|57|40|08|28|3D)/.test(code) ||
  (/^(?:42|0A|3F)/.test(code) && 'position' in error && error.position !== undefined)

/** Why a connection could not be made, in one sentence. */
export function connectError(thrown: unknown, address: Address): WarehouseError {
  const error = asError(thrown)
  const code = codeOf(error)
  const { place, user, database } = address
  if (code === '28P01' || code === '28000' || /password must be a string/.test(error.message)) {
    return new WarehouseError(`Postgres at ${place} refuses the user ${user}`, {
      hint: 'Check the user and the password in warehouse.url, and the server’s pg_hba.conf.',
    })
  }
  if (code === '3D000') {
    return new WarehouseError(`Postgres at ${place} has no database ${database}`, {
      hint: 'Check the name in warehouse.url.',
    })
  }
  if (/certificate|SSL|TLS|CERT/i.test(`${error.message} ${code}`)) {
    return new WarehouseError(
      `Postgres at ${place}: the encrypted connection failed (${code || error.message})`,
      {
        hint: 'Name the server’s certificate authority with sslrootcert=FILE in warehouse.url; sslmode=no-verify trusts any.',
      },
    )
  }
  if (isServerError(code))
    return new WarehouseError(`Postgres at ${place} refuses the connection: ${error.message}`)
  return new WarehouseError(`Postgres at ${place} cannot be reached (${code || error.message})`, {
    hint: 'Check the host and the port in warehouse.url, and that the server runs and lets this machine in.',
  })
}

const isConnectionLost = (error: Error, code: string): boolean =>
  /^(?:08|57P0)/.test(code) ||
  /^E[A-Z]{4,}$/.test(code) ||
  /Connection (?:terminated|ended)|not queryable|Client was closed/.test(error.message)

/**
 * The server's errors behind ours: a session tells an error before it is known to be the author's. Not kept as a cause,
 * which might be printed, with values in it.
 */
const originals = new WeakMap<Error, Error>()

/** An error that is not the author's. */
export function storeError(thrown: unknown, what: string): BrazierError {
  if (thrown instanceof BrazierError) return thrown
  const error = asError(thrown)
  const told = toldOf(error, what)
  originals.set(told, error)
  return told
}

function toldOf(error: Error, what: string): WarehouseError {
  const code = codeOf(error)
  if (isConnectionLost(error, code)) {
    return new WarehouseError(`${what}: the connection to Postgres was lost`, {
      hint: 'Nothing is lost; the next run goes on from here.',
    })
  }
  const hint = resourceHint(code)
  const Told = isAboutStatement(code) ? StatementError : WarehouseError
  return new Told(`${what}: ${postgresMessage(error)}`, hint === undefined ? {} : { hint })
}

/** Unsupported (0A), values (21, 22), syntax and names (42), limits (54). What our role may not do concerns every statement. */
const isAboutStatement = (code: string): boolean => /^(?:0A|21|22|42|54)/.test(code) && code !== '42501'

function resourceHint(code: string): string | undefined {
  if (code === '53100') return 'The server’s disk is full; the next run goes on from here.'
  if (code.startsWith('53')) return 'The server has too little memory or too few connections.'
  if (code === '2BP01')
    return 'A view over a table of the ledger holds it fast: drop that view, run again, then make it anew.'
  if (code === '42501') return 'Grant our role the right to use and create in the store’s schema.'
  if (code === '55P03') return 'Another session held a lock for too long; look for long transactions.'
  if (code.startsWith('54'))
    return 'A table of Postgres has no room for that many columns: split the file into several.'
  if (code.startsWith('40')) return 'Another transaction was in the way; run again.'
  return undefined
}

/** The author's text within what was sent, to find the line of a position. */
export interface Sent {
  readonly sql: string
  /** Characters of ours before the author's text; undefined where the text is not theirs alone. */
  readonly offset?: number
  readonly timeoutSeconds?: number
  /** What to do, where the place of the error says it better than the error. */
  readonly hint?: string
}

/** An error of the author's SQL. */
export function authorError(thrown: unknown, sent: Sent): SyncError | BrazierError {
  const error = originalOf(asError(thrown))
  if (error instanceof BrazierError) return error
  const code = codeOf(error)
  if (isConnectionLost(error, code) || code.startsWith('53')) return storeError(error, 'the query')
  if (code === '57014') {
    const timeout = /statement timeout/.test(error.message)
    return timeout
      ? sqlRefused(`the query took longer than ${seconds(sent.timeoutSeconds)}`, {
          hint: 'Make it faster, or raise warehouse.statement_timeout.',
        })
      : sqlRefused('the query was stopped')
  }
  return sqlRefused(authorMessage(error, code), {
    line: lineOf(error, sent),
    hint: sent.hint ?? hintFor(error, code),
  })
}

const seconds = (count: number | undefined): string => `${count ?? '?'} ${count === 1 ? 'second' : 'seconds'}`

function originalOf(error: Error): Error {
  return originals.get(error) ?? error
}

function authorMessage(error: Error, code: string): string {
  return code === '25006' ? `the SQL would write: ${error.message}` : postgresMessage(error)
}

function lineOf(error: Error, { sql, offset }: Sent): number | undefined {
  const position = 'position' in error ? Number(error.position) : Number.NaN
  if (offset === undefined || !(position > offset)) return undefined
  return lineAt(sql, position - offset)
}

function hintFor(error: Error, code: string): string {
  if (code === '25006') return NOT_ONE_SELECT
  if (code === '42601' && /multiple commands/.test(error.message)) return NOT_ONE_SELECT
  if (code === '42501') return 'Grant our role SELECT on it.'
  if (code === '40001')
    return 'The replica dropped the query to keep up: run again, or set hot_standby_feedback on it.'
  const hint =
    'hint' in error && typeof error.hint === 'string' && code.startsWith('42') ? error.hint : undefined
  return hint ?? 'Correct the SQL; nothing was sent.'
}
