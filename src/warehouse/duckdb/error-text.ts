// Decides what a DuckDB error means for us, and which words of its message may be repeated: never a value. Pure.

import {
  asError,
  BrazierError,
  LeaseHeldError,
  StatementError,
  type SyncError,
  WarehouseError,
} from '../../model/errors.ts'
import { sqlRefused } from '../author-sql.ts'
import { withoutData } from '../said-words.ts'

/** Errors that are about the text of the SQL, the catalog or the machine, not about a value. */
const ABOUT_TEXT =
  /^(?:Failed to extract statements: )?(?:Parser|Binder|Catalog|Permission|Dependency|TransactionContext|INTERRUPT|Out of Memory|IO) Error/

/** Errors that are about one statement, or a value in it. */
const ABOUT_STATEMENT =
  /^(?:Failed to extract statements: )?(?:Parser|Syntax|Binder|Catalog|Not implemented|Conversion|Out of Range|Invalid Input|Mismatch Type) Error/

/** First paragraph of the message without its class; data taken out. */
export function duckdbMessage(error: Error): string {
  const [paragraph = ''] = error.message.split(/\n\s*\n|\nDid you mean|\nLINE \d/)
  const words = paragraph.replace(/\s*\n\s*/g, ' ').replace(/^Failed to extract statements: /, '')
  const said = words.replace(/^([A-Z][A-Za-z ]*?) Error: /, '')
  return ABOUT_TEXT.test(error.message) ? said : withoutData(said)
}

/** Line of the SQL that DuckDB points at. */
export function duckdbLine(error: Error): number | undefined {
  const line = /^LINE (\d+):/m.exec(error.message)?.[1]
  return line === undefined ? undefined : Number(line)
}

/** An error of the author's SQL. `linesBefore` are lines of ours above the author's. */
export function authorError(thrown: unknown, linesBefore = 0): SyncError | BrazierError {
  if (thrown instanceof BrazierError) return thrown
  const error = asError(thrown)
  if (isResource(error)) return storeError(error, 'the query')
  const line = duckdbLine(error)
  return sqlRefused(duckdbMessage(error), {
    line: line === undefined || line <= linesBefore ? undefined : line - linesBefore,
    hint: hintFor(error),
  })
}

function hintFor(error: Error): string {
  const near = /Did you mean "([^"]+)"/.exec(error.message)?.[1]
  if (near !== undefined && !near.startsWith('pg_')) return `Did you mean ${near}?`
  if (error.message.startsWith('Permission Error')) {
    return 'SQL files read tables and views; a file is read through a view in warehouse.init.'
  }
  if (error.message.startsWith('INTERRUPT')) return 'The query was stopped.'
  return 'Correct the SQL; nothing was read or sent.'
}

const isResource = (error: Error): boolean =>
  /^(?:Out of Memory|IO|Fatal|INTERNAL|Internal) Error|No space left/.test(error.message) &&
  !/No files found|Cannot open file/.test(error.message)

/** An error that is not the author's: memory, disk, files, ourselves. */
export function storeError(thrown: unknown, what: string): BrazierError {
  if (thrown instanceof BrazierError) return thrown
  const error = asError(thrown)
  const { message } = error
  if (/Could not set lock/.test(message)) return lockHeld(message, what)
  if (/No space left|write all bytes|exceeds.*max_temp_directory_size|maximum swap/i.test(message)) {
    return new WarehouseError(`${what}: the disk is full`, {
      hint: 'Free some space; the next run goes on from here.',
    })
  }
  if (/^Out of Memory|could not allocate block|failed to pin block/.test(message)) {
    return new WarehouseError(`${what}: DuckDB ran out of memory`, {
      hint: 'Raise store.memory_limit, or lower store.threads.',
    })
  }
  const Told = ABOUT_STATEMENT.test(message) ? StatementError : WarehouseError
  return new Told(`${what}: ${duckdbMessage(error)}`, { cause: withoutValue(error) })
}

function lockHeld(message: string, what: string): BrazierError {
  const pid = /PID (\d+)/.exec(message)?.[1]
  return new LeaseHeldError(`${what} is open in another process${pid === undefined ? '' : ` (${pid})`}`, {
    hint: 'One process at a time: wait for the other one to end.',
  })
}

/** The stack without the message, which may hold values. */
function withoutValue(error: Error): Error {
  const copy = new Error(duckdbMessage(error))
  copy.stack = `${copy.message}\n${(error.stack ?? '')
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .join('\n')}`
  return copy
}
