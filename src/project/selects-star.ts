// Decides whether the outermost select list takes whatever columns its source has, so that a column added there would
// become an attribute unasked: `*`, `t.*`, DuckDB's `columns(…)`, or a statement without a select list.

import { type SqlLanguage, tokens } from './sql-text.ts'

/** What may stand right before a star that means all columns; after anything else it multiplies. */
const BEFORE_STAR: ReadonlySet<string> = new Set(['select', 'distinct', 'all', ','])

interface Piece {
  /** Words in lower case, signs as they are; quoted text as `'`. */
  readonly text: string
  readonly depth: number
}

/** Pieces of the text without blanks and comments, each with the brackets that are open around it. */
function pieces(sql: string, language: SqlLanguage | undefined): Piece[] {
  const found: Piece[] = []
  let depth = 0
  for (const token of tokens(sql, language)) {
    if (token.kind === 'blank' || token.kind === 'comment') continue
    const text = token.kind === 'quoted' ? "'" : sql.slice(token.start, token.end).toLowerCase()
    if (text === ')') depth -= 1
    found.push({ text, depth })
    if (text === '(') depth += 1
  }
  return found
}

const isName = (text: string | undefined) => text !== undefined && /^[\p{L}_')\]]/u.test(text)

/** Whether the bracket that closes at `close` belongs to `distinct on (…)`. */
function closesDistinctOn(outer: readonly Piece[], close: number): boolean {
  return outer[close]?.text === ')' && outer[close - 1]?.text === '(' && outer[close - 2]?.text === 'on'
}

/** `outer` holds outermost pieces only, so what a bracket encloses is not in it. */
function isStar(outer: readonly Piece[], at: number): boolean {
  if (outer[at]?.text === 'columns') return outer[at + 1]?.text === '('
  if (outer[at]?.text !== '*') return false
  const before = outer[at - 1]?.text ?? ''
  // A number may end in a point as well: `1.*2`.
  if (before === '.') return isName(outer[at - 2]?.text)
  return BEFORE_STAR.has(before) || closesDistinctOn(outer, at - 1)
}

export function selectsStar(sql: string, language?: SqlLanguage): boolean {
  const all = pieces(sql, language)
  const opened = all.findIndex((piece) => piece.text !== '(')
  // `(select … ) union (select …)`: brackets around whole selects are as good as none.
  const outer = all.slice(opened).filter((piece) => piece.depth <= opened)
  if (!outer.some((piece) => piece.text === 'select'))
    return outer[0]?.text === 'from' || outer[0]?.text === 'table'
  return outer.some((_piece, at) => isStar(outer, at))
}
