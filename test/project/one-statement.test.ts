import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { oneStatement } from '../../src/project/one-statement.ts'
import { tokens } from '../../src/project/sql-text.ts'

const anyText = fc.string({
  unit: fc.constantFrom(';', "'", '"', '`', '$', '-', '/', '*', '\n', '\\', 'a', 'E', ' ', 'é'),
  maxLength: 8,
})
const noQuote = (mark: string) => anyText.map((text) => text.replaceAll(mark, mark + mark))
const string = noQuote("'").map((text) => `'${text}'`)
const escapeString = anyText.map((text) => `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`)
const name = noQuote('"').map((text) => `"x${text}"`)
const backtick = anyText.map((text) => `\`${text.replaceAll('`', '')}\``)
const dollar = fc
  .tuple(fc.constantFrom('$$', '$t$', '$é_1$'), anyText)
  .map(([tag, text]) => `${tag}${text.replaceAll('$', '')}${tag}`)
const lineComment = anyText.map((text) => `--${text.replaceAll('\n', '')}\n`)
const blockComment = anyText
  .map((text) => text.replaceAll('*', '').replaceAll('/', ''))
  .map((text) => `/*${text}/*;*/${text}*/`)
const plain = fc.constantFrom(
  'a',
  '1',
  'a$b$c',
  'timestamp',
  '(',
  ')',
  ',',
  '::text',
  '- 1',
  '/ 2',
  '$1',
  'e',
  '\n',
)
const trivia = fc.oneof(lineComment, blockComment, fc.constantFrom(' ', '\n', '\t', '\u00a0'))
const piece = fc.oneof(string, escapeString, name, backtick, dollar, plain, trivia)
const sql = fc.array(piece, { maxLength: 12 }).map((pieces) => `select ${pieces.join(' ')}`)
const ending = fc.array(trivia, { maxLength: 4 }).map((pieces) => pieces.join(''))

describe('oneStatement', () => {
  it('returns text without a semicolon of its own unchanged', () => {
    fc.assert(
      fc.property(sql, (text) => {
        expect(oneStatement(text)).toEqual({ sql: text })
      }),
    )
  })

  it('blanks one trailing semicolon and moves nothing', () => {
    fc.assert(
      fc.property(sql, ending, (text, end) => {
        expect(oneStatement(`${text} ;${end}`)).toEqual({ sql: `${text}  ${end}` })
      }),
    )
  })

  it('finds the second statement and its line', () => {
    fc.assert(
      fc.property(sql, ending, (text, end) => {
        const line = `${text} ;${end}`.split('\n').length
        expect(oneStatement(`${text} ;${end} select 2`)).toMatchObject({
          line,
          flaw: { message: 'a second statement starts here' },
        })
      }),
    )
  })

  it('cuts any text into pieces that together are the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect([...tokens(text)].map((token) => text.slice(token.start, token.end)).join('')).toBe(text)
      }),
    )
  })

  it.each([
    ["select 'it''s; fine';", "select 'it''s; fine' "],
    ["select E'a\\';b';", "select E'a\\';b' "],
    ["select e'\\\\';", "select e'\\\\' "],
    ["select 'a\\';", "select 'a\\' "],
    ['select "a;b" ; -- done;', 'select "a;b"   -- done;'],
    ['select `a;b`;\n/* ; */\n', 'select `a;b` \n/* ; */\n'],
    ['select $$;$$, $t$ $$;$$ $t$;', 'select $$;$$, $t$ $$;$$ $t$ '],
    ['select a$b$ from t;', 'select a$b$ from t '],
    ['select 1 -- a\r;', 'select 1 -- a\r '],
    ["from 'data/*.parquet' /* it's */;", "from 'data/*.parquet' /* it's */ "],
    ['select 1 /* a /* b; */ ; */ ;', 'select 1 /* a /* b; */ ; */  '],
    ["select name'x;y';", "select name'x;y' "],
  ])('%s', (text, expected) => {
    expect(oneStatement(text)).toEqual({ sql: expected })
  })

  it.each([
    ['', 1, 'the file holds no SELECT'],
    ['\n-- nothing\n/* here */ ;\n', 1, 'the file holds no SELECT'],
    ['select 1;\n\nselect 2', 3, 'a second statement starts here'],
    ['select 1;\n;', 2, 'a second semicolon stands here'],
    ["select 1,\n  'open", 2, 'the string that starts here has no end'],
    ["select 1,\n  E'open\\'", 2, 'the string that starts here has no end'],
    ['select 1,\n\n "open', 3, 'the quoted name that starts here has no end'],
    ['select $x$ $y$', 1, 'the dollar-quoted string that starts here has no end'],
    ['select 1\n/* /* */', 2, 'the comment that starts here has no end'],
  ])('refuses %j on line %i', (text, line, message) => {
    expect(oneStatement(text)).toMatchObject({ line, flaw: { message } })
  })

  it('agrees with DuckDB on where statements end', async () => {
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    const literal = fc.oneof(string, escapeString, dollar, fc.constant('1'))
    const list = fc.array(fc.tuple(literal, trivia), { minLength: 1, maxLength: 4 })
    const select = list.map((items) => `select ${items.map(([item, gap]) => `${item} ${gap}`).join(', ')}`)
    await fc.assert(
      fc.asyncProperty(select, fc.boolean(), async (text, isTwo) => {
        const whole = isTwo ? `${text} ; select 2` : `${text} ;`
        expect((await connection.extractStatements(whole)).count).toBe('sql' in oneStatement(whole) ? 1 : 2)
      }),
      { numRuns: 200 },
    )
    connection.closeSync()
    instance.closeSync()
  })

  it('reads a long string in one go', () => {
    const text = `select '${"x'';".repeat(500_000)}'`
    expect(oneStatement(text)).toEqual({ sql: text })
  })
})
