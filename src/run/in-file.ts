// Decides how an error of one sync says where it is: by its file, and by the line if the database pointed at one. Pure.

import type { Sync } from '../model/definition.ts'
import { asError, BrazierError, StatementError, SyncError } from '../model/errors.ts'

/** What the database said, as `sql/audiences/vip.sql:6: …`; an error that names its file already stays as it is. */
export function inFile({ file }: Pick<Sync, 'file'>, thrown: unknown): Error {
  const error = asError(thrown)
  const isOurs = error instanceof BrazierError
  const isAboutIt = !isOurs || error instanceof SyncError || error instanceof StatementError
  if (!isAboutIt || error.message.startsWith(file)) return error
  const [, line, rest] = /^line (\d+): (.*)$/s.exec(error.message) ?? []
  const message = line === undefined ? `${file}: ${error.message}` : `${file}:${line}: ${rest}`
  return new SyncError(message, {
    cause: error,
    ...(isOurs && error.hint !== undefined ? { hint: error.hint } : {}),
  })
}
