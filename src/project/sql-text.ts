// Decides where a statement ends in SQL text: knows strings, quoted names, dollar quotes and comments, so that a
// semicolon inside them counts for nothing. Text keeps its length and its lines. The database has the last word on
// what the text is; this only blanks one trailing semicolon and gives errors a line.

type TokenKind = 'blank' | 'comment' | 'quoted' | 'word' | 'semicolon' | 'other'

export interface Token {
  readonly kind: TokenKind
  readonly start: number
  readonly end: number
  /** What has no end, for a message; present only on the last token of broken text. */
  readonly unterminated?: string
}

const BLANK = /\s+/y
const LINE_COMMENT = /--[^\n\r]*/y
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y
const DOLLAR_QUOTE = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y
const QUOTES: Readonly<Record<string, string>> = { "'": 'string', '"': 'quoted name', '`': 'quoted name' }

function matchEnd(pattern: RegExp, sql: string, start: number): number | undefined {
  pattern.lastIndex = start
  return pattern.test(sql) ? pattern.lastIndex : undefined
}

/** Index after the closing quote; undefined when there is none. A doubled quote is a quote, not the end. */
function quoteEnd(sql: string, start: number, backslashes: boolean): number | undefined {
  const quote = sql[start]
  for (let at = start + 1; at < sql.length; at += 1) {
    if (backslashes && sql[at] === '\\') at += 1
    else if (sql[at] === quote && sql[at + 1] === quote) at += 1
    else if (sql[at] === quote) return at + 1
  }
  return undefined
}

/** Index after a block comment, which may hold others; undefined when one of them has no end. */
function blockCommentEnd(sql: string, start: number): number | undefined {
  const marks = /\/\*|\*\//g
  marks.lastIndex = start
  let depth = 0
  for (let mark = marks.exec(sql); mark !== null; mark = marks.exec(sql)) {
    depth += mark[0] === '/*' ? 1 : -1
    if (depth === 0) return marks.lastIndex
  }
  return undefined
}

function quotedToken(sql: string, start: number, quoteAt: number): Token {
  const end = quoteEnd(sql, quoteAt, quoteAt > start)
  if (end !== undefined) return { kind: 'quoted', start, end }
  return { kind: 'quoted', start, end: sql.length, unterminated: QUOTES[sql[quoteAt] ?? ''] ?? 'string' }
}

function dollarToken(sql: string, start: number, open: number): Token {
  const tag = sql.slice(start, open)
  const close = sql.indexOf(tag, open)
  if (close >= 0) return { kind: 'quoted', start, end: close + tag.length }
  return { kind: 'quoted', start, end: sql.length, unterminated: 'dollar-quoted string' }
}

function commentToken(sql: string, start: number): Token {
  const end = blockCommentEnd(sql, start)
  if (end !== undefined) return { kind: 'comment', start, end }
  return { kind: 'comment', start, end: sql.length, unterminated: 'comment' }
}

function tokenAt(sql: string, start: number): Token {
  const first = sql.charAt(start)
  if (first === ';') return { kind: 'semicolon', start, end: start + 1 }
  const blank = matchEnd(BLANK, sql, start)
  if (blank !== undefined) return { kind: 'blank', start, end: blank }
  const line = matchEnd(LINE_COMMENT, sql, start)
  if (line !== undefined) return { kind: 'comment', start, end: line }
  if (sql.startsWith('/*', start)) return commentToken(sql, start)
  if (first in QUOTES) return quotedToken(sql, start, start)
  const dollar = matchEnd(DOLLAR_QUOTE, sql, start)
  if (dollar !== undefined) return dollarToken(sql, start, dollar)
  const word = matchEnd(WORD, sql, start)
  if (word === undefined) return { kind: 'other', start, end: start + 1 }
  // E'…' alone knows backslashes; any other word before a quote is a type or a prefix of its own.
  if (word === start + 1 && /e/i.test(first) && sql[word] === "'") return quotedToken(sql, start, word)
  return { kind: 'word', start, end: word }
}

/** `googlesql` is BigQuery's; `standard` serves the others. */
export type SqlLanguage = 'standard' | 'googlesql'

const HASH_COMMENT = /#[^\n\r]*/y
const FLAT_COMMENT = /\/\*[\s\S]*?\*\//y
/** Raw and bytes strings have letters in front; a backslash keeps the quote after it from ending any of them. */
const STRING_START = /(?:[rR][bB]?|[bB][rR]?)?('''|"""|'|"|`)/y

function stringToken(sql: string, start: number, { quote, open }: { quote: string; open: number }): Token {
  for (let at = open; at < sql.length; at += 1) {
    if (sql[at] === '\\') at += 1
    else if (sql.startsWith(quote, at)) return { kind: 'quoted', start, end: at + quote.length }
  }
  return { kind: 'quoted', start, end: sql.length, unterminated: quote === '`' ? 'quoted name' : 'string' }
}

function googlesqlTokenAt(sql: string, start: number): Token {
  const comment = matchEnd(HASH_COMMENT, sql, start) ?? matchEnd(FLAT_COMMENT, sql, start)
  if (comment !== undefined) return { kind: 'comment', start, end: comment }
  if (sql.startsWith('/*', start)) return { kind: 'comment', start, end: sql.length, unterminated: 'comment' }
  STRING_START.lastIndex = start
  const quote = STRING_START.exec(sql)?.[1]
  if (quote !== undefined) return stringToken(sql, start, { quote, open: STRING_START.lastIndex })
  // No dollar quotes, and no E'…'.
  if (sql[start] === '$') return { kind: 'other', start, end: start + 1 }
  const word = matchEnd(WORD, sql, start)
  return word === undefined ? tokenAt(sql, start) : { kind: 'word', start, end: word }
}

/** The pieces of SQL text in order; together they are the whole text. */
export function* tokens(sql: string, language: SqlLanguage = 'standard'): Generator<Token> {
  const next = language === 'googlesql' ? googlesqlTokenAt : tokenAt
  for (let at = 0; at < sql.length; ) {
    const token = next(sql, at)
    yield token
    at = token.end
  }
}

/** Line (from 1) of an index. */
export function lineOf(text: string, index: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) line += 1
  return line
}
