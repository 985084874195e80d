// Decides how the demo fails: loudly, as soon as something is not as it tells it.

import { isDeepStrictEqual } from 'node:util'
import { BrazierError } from '../model/errors.ts'

export class DemoError extends BrazierError {
  constructor(message: string) {
    super(`the demo stops: ${message}`, {
      hint: 'It plays with the definitions in sql/ as they come with Brazier: have they been changed? If not, please report it.',
    })
  }
}

export function expectEqual(what: string, found: unknown, expected: unknown): void {
  if (isDeepStrictEqual(found, expected)) return
  throw new DemoError(`${what} should be ${JSON.stringify(expected)}, but is ${JSON.stringify(found)}`)
}
