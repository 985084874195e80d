// Decides where a SQL file's header starts and ends, and cuts it out so that every line keeps its number.

import { type Flaw, flaw } from './flaw.ts'
import { lineOf, tokens } from './sql-text.ts'

export interface HeaderCut {
  /** The file with line breaks in place of the header. */
  readonly sql: string
  /** The YAML between the marks, and the line on which it starts; absent without a header. */
  readonly header?: { readonly text: string; readonly firstLine: number }
  readonly flaws: readonly { readonly flaw: Flaw; readonly line: number }[]
}

const OPEN = /^\s*\/\*[ \t]*---[ \t]*\n/
const CLOSE = /^--- \*\/[ \t]*$/m
const ALMOST_CLOSE = /^[ \t]*-+[ \t]*\*\//m
/** The first line of a comment that was meant as a header: three dashes, no more (more are an ornament). */
const HEADER_LIKE = /^\/\*[ \t]*---(?!-)/

const lineBreaks = (text: string) => '\n'.repeat(text.split('\n').length - 1)

function unended(text: string, bodyStart: number): HeaderCut {
  const almost = ALMOST_CLOSE.exec(text.slice(bodyStart))
  const where = almost === null ? '' : `. Line ${lineOf(text, bodyStart + almost.index)} is not quite that.`
  const opened = lineOf(text, text.indexOf('/*'))
  const broken = flaw(
    'the header that starts here has no end',
    `End it with a line that is exactly \`--- */\`${where}`,
  )
  return { sql: text, flaws: [{ ...broken, line: opened }] }
}

/** Comments that look like a header where none can be: they would be ignored without a word. */
function strayHeaders(sql: string): HeaderCut['flaws'] {
  const stray: { flaw: Flaw; line: number }[] = []
  let isFirst = true
  for (const token of tokens(sql)) {
    if (token.kind === 'blank') continue
    if (token.kind === 'comment' && HEADER_LIKE.test(sql.slice(token.start, token.end))) {
      const message = isFirst
        ? 'a header starts with a line that is exactly /* ---'
        : 'a header must stand first in the file'
      const hint = isFirst
        ? 'Put its first key on a line of its own.'
        : 'Move it to the top, and keep only one.'
      stray.push({ ...flaw(message, hint), line: lineOf(sql, token.start) })
    }
    isFirst = false
  }
  return stray
}

/** `text` has line feeds only. */
export function cutHeader(text: string): HeaderCut {
  const open = OPEN.exec(text)
  if (open === null) return { sql: text, flaws: strayHeaders(text) }
  const bodyStart = open[0].length
  const close = CLOSE.exec(text.slice(bodyStart))
  if (close === null) return unended(text, bodyStart)
  const bodyEnd = bodyStart + close.index
  const end = bodyEnd + close[0].length
  const header = { text: text.slice(bodyStart, bodyEnd), firstLine: lineOf(text, bodyStart) }
  const rest = text.slice(end)
  const sql = `${lineBreaks(text.slice(0, end))}${rest}`
  return { sql, header, flaws: strayHeaders(sql) }
}
