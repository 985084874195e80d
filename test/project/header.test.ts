import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutHeader } from '../../src/project/header.ts'

describe('cutHeader', () => {
  it('leaves a bare SELECT as it is', () => {
    const text = "-- a remark\nselect * from 'data/*.parquet' /* -- */"
    expect(cutHeader(text)).toEqual({ sql: text, flaws: [] })
  })

  it('cuts the header out and keeps every line', () => {
    const text = '/* ---\nschedule: */15 * * * *\ntags: [a]\n--- */\nselect 1'
    expect(cutHeader(text)).toEqual({
      sql: '\n\n\n\nselect 1',
      header: { text: 'schedule: */15 * * * *\ntags: [a]\n', firstLine: 2 },
      flaws: [],
    })
  })

  it('may follow blank lines', () => {
    const cut = cutHeader('\n  \n/* ---\na: 1\n--- */\nselect 1')
    expect(cut.sql).toBe('\n\n\n\n\nselect 1')
    expect(cut.header).toEqual({ text: 'a: 1\n', firstLine: 4 })
  })

  it('may be empty', () => {
    expect(cutHeader('/* ---\n--- */\nselect 1')).toEqual({
      sql: '\n\nselect 1',
      header: { text: '', firstLine: 2 },
      flaws: [],
    })
  })

  it('says where a header without an end starts', () => {
    const flaw = {
      message: 'the header that starts here has no end',
      hint: 'End it with a line that is exactly `--- */`',
    }
    expect(cutHeader('\n/* ---\na: 1\nselect 1').flaws).toEqual([{ flaw, line: 2 }])
    expect(cutHeader('/* ---\na: 1\n---*/\nselect 1').flaws).toEqual([
      { flaw: { ...flaw, hint: `${flaw.hint}. Line 3 is not quite that.` }, line: 1 },
    ])
    expect(cutHeader('/* ---\na: 1\n--- */ select 1').flaws[0]?.flaw.hint).toContain(
      'Line 3 is not quite that.',
    )
  })

  it.each([
    ['/* --- schedule: daily\n--- */\nselect 1', 1, 'a header starts with a line that is exactly /* ---'],
    ['-- remark\n/* ---\nschedule: daily\n--- */\nselect 1', 2, 'a header must stand first in the file'],
    ['/* ---\n--- */\nselect 1\n/* ---\n--- */', 4, 'a header must stand first in the file'],
  ])('does not pass over a header that is out of place: %j', (text, line, message) => {
    expect(cutHeader(text).flaws).toMatchObject([{ line, flaw: { message } }])
  })

  it('takes an ornament for what it is', () => {
    expect(cutHeader('/* ------ members ------ */\nselect 1').flaws).toEqual([])
    expect(cutHeader("select '/* ---\n'").flaws).toEqual([])
  })

  it('never moves a line of SQL', () => {
    const lines = fc.array(fc.constantFrom('a: 1', '', '# --- */', '*/', '/*', '  --- */', "x: '*/'"), {
      maxLength: 6,
    })
    fc.assert(
      fc.property(lines, fc.nat(3), (header, blanks) => {
        const before = ['', '', ''].slice(0, blanks)
        const text = [...before, '/* ---', ...header, '--- */', 'select 42', 'from t'].join('\n')
        const cut = cutHeader(text)
        expect(cut.header?.text.split('\n').slice(0, -1)).toEqual(header)
        expect(cut.sql.split('\n').indexOf('select 42')).toBe(text.split('\n').indexOf('select 42'))
        expect(cut.sql.trim()).toBe('select 42\nfrom t')
      }),
    )
  })
})
