// Decides what `brazier token` does: makes a token that nobody can guess, shows it once, and says what to configure.

import { createHash, randomBytes } from 'node:crypto'
import { UsageError } from '../../model/errors.ts'
import type { Role } from '../../model/words.ts'
import type { Call } from '../call.ts'

export interface TokenArguments {
  readonly name: string
  readonly role: Role
}

const BYTES = 32
const NAME = /^[A-Za-z0-9][\w.@-]{0,63}$/

export async function token(call: Call, { name, role }: TokenArguments): Promise<number> {
  if (!NAME.test(name))
    throw new UsageError('the name of a token holds letters, digits, _, ., @ and -, 64 at most', {
      hint: 'It says who has it: `brazier token grafana`',
    })
  // The head lets scanners of repositories find one that got lost.
  const secret = `brazier_${randomBytes(BYTES).toString('base64url')}`
  const sha256 = createHash('sha256').update(secret).digest('hex')
  call.output.result({
    text: (paint) =>
      [
        paint.strong(secret),
        '',
        'It is shown this once: only its digest is kept. In config/brazier.yaml:',
        '',
        'service:',
        '  tokens:',
        `    - { name: ${name}, role: ${role}, sha256: ${sha256} }`,
      ].join('\n'),
    json: () => ({ name, role, token: secret, sha256 }),
  })
  return 0
}
