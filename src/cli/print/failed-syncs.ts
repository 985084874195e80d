// Decides how syncs that failed are told, each with its remedy. Pure.

import { BrazierError } from '../../model/errors.ts'
import { indented } from '../format.ts'
import { type Paint, withCommands } from '../paint.ts'

export interface FailedSync {
  readonly name: string
  readonly error: Error
}

export function failedLines(failed: readonly FailedSync[], paint: Paint): string {
  return failed
    .map(({ name, error }) => {
      const hint = hintOf(error)
      const first = `${paint.bad('failed')} ${paint.strong(name)}: ${error.message}`
      return hint === undefined ? first : `${first}\n${indented(withCommands(hint, paint), 4)}`
    })
    .join('\n')
}

export const hintOf = (error: Error): string | undefined =>
  error instanceof BrazierError ? error.hint : undefined
