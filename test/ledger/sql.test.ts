import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  asJson,
  asNumber,
  asText,
  deleteRows,
  insertRows,
  literal,
  raw,
  updateRows,
} from '../../src/ledger/sql.ts'
import { openLedger } from './open-ledger.ts'

describe.each(['duckdb', 'postgres'] as const)('values as SQL text on %s', (kind) => {
  it('any text comes back as it went in, also one that tries to end the literal', async () => {
    const ledger = await openLedger(kind)
    const { dialect } = ledger
    // A NUL is in no text that Postgres could hold.
    const texts = fc.oneof(
      fc.constantFrom("'", "''", "\\'", "'; drop table x; --", '$$', "E'\\n'", '\\', '%s', '"', '\n', '😀'),
      fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0') && text.isWellFormed()),
    )
    try {
      await fc.assert(
        fc.asyncProperty(texts, async (text) => {
          expect(await ledger.value(`select ${literal(dialect, text)} as v`)).toBe(text)
        }),
        { numRuns: 25 },
      )
    } finally {
      await ledger.close()
    }
  })

  it('writes, changes and deletes rows of its own project and workspace only', async () => {
    const ledger = await openLedger(kind)
    const other = { ...ledger, scope: { project: 'shop', workspace: "test' or true --" } }
    const row = { identity: 'email', k_mark: 'm', since: raw(ledger.dialect.now) }
    const table = ledger.dialect.table('tombstones')
    const marks = () => ledger.rows(`select workspace, k_mark from ${table} order by k_mark, workspace`)
    try {
      await ledger.run(insertRows(ledger, 'tombstones', [row, { ...row, k_mark: null }]))
      await ledger.run(insertRows(other, 'tombstones', [row]))
      await ledger.run(updateRows(ledger, 'tombstones', { set: { k_mark: 'n' }, where: { k_mark: 'm' } }))
      expect(
        await ledger.rows(`select workspace, k_mark from ${table} where k_mark is not null order by k_mark`),
      ).toEqual([
        { workspace: other.scope.workspace, k_mark: 'm' },
        { workspace: 'test', k_mark: 'n' },
      ])
      await ledger.run(deleteRows(other, 'tombstones', {}))
      expect((await marks()).map(({ workspace }) => workspace)).toEqual(['test', 'test'])
      await ledger.run(deleteRows(ledger, 'tombstones', { k_mark: 'n' }))
      expect(await marks()).toEqual([{ workspace: 'test', k_mark: null }])
    } finally {
      await ledger.close()
    }
  })
})

it('reads small results: numbers also where they come as text, NULL as nothing', () => {
  expect([asNumber('9007199254740991'), asNumber(7), asNumber(null), asNumber(undefined)]).toEqual([
    9007199254740991, 7, 0, 0,
  ])
  expect([asText(null), asText(''), asText(5), asText(false)]).toEqual([undefined, '', '5', 'false'])
  expect([asJson('{"a":[1]}', {}), asJson(null, ['none'])]).toEqual([{ a: [1] }, ['none']])
})
