// Decides whether SQL text is one statement, and blanks its trailing semicolon. Lines and length never change.

import type { Flaw } from './flaw.ts'
import { lineOf, type SqlLanguage, tokens } from './sql-text.ts'

export type OneStatement = { readonly sql: string } | { readonly flaw: Flaw; readonly line: number }

function refuse(line: number, message: string, hint: string): OneStatement {
  return { line, flaw: { message, hint } }
}

export function oneStatement(sql: string, language?: SqlLanguage): OneStatement {
  let semicolon: number | undefined
  let hasStatement = false
  for (const token of tokens(sql, language)) {
    const line = () => lineOf(sql, token.start)
    if (token.unterminated !== undefined) {
      return refuse(line(), `the ${token.unterminated} that starts here has no end`, 'Close it.')
    }
    if (token.kind === 'blank' || token.kind === 'comment') continue
    if (semicolon !== undefined) {
      if (token.kind === 'semicolon')
        return refuse(line(), 'a second semicolon stands here', 'One is enough.')
      return refuse(
        line(),
        'a second statement starts here',
        'A file holds one SELECT; move the other to its own file.',
      )
    }
    if (token.kind === 'semicolon') semicolon = token.start
    else hasStatement = true
  }
  if (!hasStatement) return refuse(1, 'the file holds no SELECT', 'Write one SELECT, or delete the file.')
  if (semicolon === undefined) return { sql }
  return { sql: `${sql.slice(0, semicolon)} ${sql.slice(semicolon + 1)}` }
}
