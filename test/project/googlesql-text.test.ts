import { describe, expect, it } from 'vitest'
import { oneStatement } from '../../src/project/one-statement.ts'
import { selectsStar } from '../../src/project/selects-star.ts'
import { tokens } from '../../src/project/sql-text.ts'

/** Texts that hold a semicolon which ends nothing in BigQuery. */
const HARMLESS = [
  String.raw`'it\'s; x'`,
  String.raw`"a\";b"`,
  `'''two
lines; and 'quotes' '''`,
  `"""a";"b"""`,
  String.raw`r'\'; '`,
  String.raw`rb"\";"`,
  `b';'`,
  '`a\\`;b`',
  `# it's; a comment
1`,
  `-- it's; a comment
1`,
  `/* /* it's; */ 1`,
]

describe('text of BigQuery', () => {
  it.each(HARMLESS)('%j is one statement, and its last semicolon goes', (text) => {
    const sql = `select ${text} as x`
    expect(oneStatement(`${sql};`, 'googlesql')).toEqual({ sql: `${sql} ` })
    expect(
      tokens(sql, 'googlesql')
        .toArray()
        .map(({ start, end }) => sql.slice(start, end))
        .join(''),
    ).toBe(sql)
  })

  it('finds a second statement, and what has no end', () => {
    expect(oneStatement(`select 'a\\'; select 2`, 'googlesql')).toMatchObject({ line: 1 })
    expect(oneStatement(`select '\\'`, 'googlesql')).toMatchObject({
      flaw: { message: 'the string that starts here has no end' },
    })
    expect(oneStatement('select `a', 'googlesql')).toMatchObject({
      flaw: { message: 'the quoted name that starts here has no end' },
    })
    expect(oneStatement(`select 1 /* x`, 'googlesql')).toMatchObject({
      flaw: { message: 'the comment that starts here has no end' },
    })
  })

  it('sees a star past a comment of its own', () => {
    expect(
      selectsStar(
        `select a # it's all
, t.* from t`,
        'googlesql',
      ),
    ).toBe(true)
    expect(
      selectsStar(
        `select a # , *
from t`,
        'googlesql',
      ),
    ).toBe(false)
  })
})
