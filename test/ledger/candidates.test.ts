import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { candidateSelect, duplicateCheck, keyCheck, withholdBadKeys } from '../../src/ledger/candidates.ts'
import { shapeOf } from '../../src/ledger/shape.ts'
import { slotsOf } from '../../src/ledger/slots.ts'
import type { Sync } from '../../src/model/definition.ts'
import type { Row } from '../../src/warehouse/port.ts'
import { openLedger, type TestLedger } from './open-ledger.ts'

const properties = {
  file: 'sql/properties/p.sql',
  properties: { rename: {}, prefix: '', nulls: 'unset', onLeave: 'keep' },
} as unknown as Sync
const audience = {
  file: 'sql/audiences/a.sql',
  audience: { membership: 'flag', attribute: 'a', element: 'a', onLeave: 'false' },
} as unknown as Sync

describe.each(['duckdb', 'postgres'] as const)('candidates on %s', (kind) => {
  let ledger: TestLedger & { close(): Promise<void> }
  beforeAll(async () => {
    ledger = await openLedger(kind)
  })
  afterAll(() => ledger.close())

  const table = () => ledger.dialect.candidateTable('found')

  /** Runs an author's SQL as the product does, and leaves its rows in the table of candidates. */
  async function fill(sql: string, sync = properties): Promise<void> {
    const { warehouse } = ledger.databases
    const shape = shapeOf(sync, await warehouse.columns(sql))
    const slots = slotsOf(shape, undefined, new Map())
    const { select, columns } = candidateSelect(warehouse.dialect, { sql, shape, slots })
    await warehouse.candidates({
      sync: 'p',
      run: 'r',
      select,
      columns,
      table: 'found',
      session: ledger.session,
    })
  }

  const found = (): Promise<Row[]> => ledger.rows(`select * from ${table()} order by k, bad`)
  const values = (rows: string, names: string) => `select * from (values ${rows}) as t(${names})`

  it('keep the key as it is, and the values', async () => {
    await fill(values(`(' A1 ', 5), ('a1', null)`, 'external_id, n'))
    expect(await found()).toEqual([
      { k: ' A1 ', bad: null, n: 5 },
      { k: 'a1', bad: null, n: null },
    ])
  })

  it('take integers for keys', async () => {
    await fill(values(`(7, 1), (42, 2)`, 'external_id, n'))
    expect((await found()).map(({ k }) => k)).toEqual(['42', '7'])
  })

  it('compare e-mail keys trimmed and in lower case, so that two spellings are one person', async () => {
    await fill(values(`('  Zoë@Example.COM '), ('zoë@example.com')`, 'email'), audience)
    expect(await found()).toEqual([
      { k: 'zoë@example.com', bad: null },
      { k: 'zoë@example.com', bad: null },
    ])
    expect(await ledger.value(duplicateCheck(table()))).toBe(1)
  })

  it('name an alias by JSON, so that no separator can be forged', async () => {
    await fill(
      values(`('a"b', 'c\\d'), ('x', null), (null, 'y'), (' ', 'z')`, 'alias_name, alias_label'),
      audience,
    )
    const rows = await ledger.rows(`select k, bad from ${table()} where k <> '' order by k`)
    expect(rows).toEqual([{ k: JSON.stringify({ alias_name: 'a"b', alias_label: 'c\\d' }), bad: null }])
    const others = await ledger.rows(
      `select k, bad from ${table()} where k is null or k = '' order by bad, k`,
    )
    expect(others.map(({ bad }) => bad)).toEqual(['blank key', 'null key', 'null key'])
  })

  it('are blank by any white space', async () => {
    const blank = [
      '',
      ' ',
      '\t',
      '\r\n',
      '\v\f',
      '\u0085',
      '\u00a0',
      ' \u2003\u200a ',
      '\u1680\u2028\u2029',
      '\u202f\u205f\u3000\ufeff',
    ]
    const good = ['x\u00a0', '\u00a0x', '~', 'é', '\u200b', '日本', '!']
    const rows = [...blank, ...good].map((key, i) => `('${key}', ${i})`).join(', ')
    await fill(values(rows, 'external_id, n'))
    expect(await ledger.rows(`select n, bad from ${table()} order by n`)).toEqual(
      [...blank, ...good].map((_, n) => ({ n, bad: n < blank.length ? 'blank key' : null })),
    )
    await fill(values(`('\u00a0', 'l'), ('n', '\t')`, 'alias_name, alias_label'), audience)
    expect(await found()).toEqual([
      { k: '', bad: 'blank key' },
      { k: '', bad: 'blank key' },
    ])
  })

  // No text of Postgres can hold one.
  if (kind === 'duckdb') {
    it('flag a key with a NUL character', async () => {
      await fill(values(`('a' || chr(0) || 'b'), ('a'), (chr(0))`, 'external_id'), audience)
      const bad = await ledger.rows(`select bad from ${table()} order by bad`)
      const nul = { bad: 'external_id: contains a NUL character' }
      expect(bad).toEqual([nul, nul, { bad: null }])
      await fill(values(`('l', 'a' || chr(0))`, 'alias_label, alias_name'), audience)
      expect((await found())[0]?.bad).toBe('alias_name: contains a NUL character')
    })
  }

  it('flag a row and say why, without the value', async () => {
    const long = 'secret'.repeat(60)
    await fill(values(`('a', '${long}', 1), ('b', 'x', 2)`, 'external_id, city, n'))
    expect(await found()).toEqual([
      { k: 'a', bad: 'city: over 255 characters', city: null, n: 1 },
      { k: 'b', bad: null, city: 'x', n: 2 },
    ])
  })

  it('flag an id over 987 bytes, counted in bytes', async () => {
    await fill(values(`('${'é'.repeat(493)}x'), ('${'é'.repeat(494)}')`, 'external_id'), audience)
    const bad = await ledger.rows(`select bad from ${table()} order by length(k)`)
    expect(bad).toEqual([{ bad: null }, { bad: 'external_id: over 987 bytes' }])
  })

  it('flag an alias over its own limit', async () => {
    await fill(values(`('${'x'.repeat(237)}', 'l')`, 'alias_name, alias_label'), audience)
    expect((await found())[0]?.bad).toBe('alias_name: over 236 bytes')
  })

  it('are counted by what is wrong with their keys', async () => {
    await fill(
      values(
        `('a', 1), ('a', 2), ('b', 1), ('b', 1), (null, 1), (' ', 1), ('', 2), ('c', 3)`,
        'external_id, n',
      ),
    )
    expect(await ledger.rows(keyCheck(ledger.dialect, table()))).toEqual([
      { rows_read: 8, null_keys: 1, blank_keys: 2, bad_rows: 3, repeats: 2 },
    ])
    expect(await ledger.rows(duplicateCheck(table()))).toEqual([{ duplicate_keys: 2 }])
  })

  it('are left with one flagged row for each key that stands twice, and none without a key', async () => {
    await fill(values(`('a', 1), ('a', 2), ('a', 2), (null, 1), (' ', 1), ('c', 3)`, 'external_id, n'))
    for (const sql of withholdBadKeys(ledger.dialect, table(), ledger.dialect.candidateTable('twice')))
      await ledger.run(sql)
    expect(await found()).toEqual([
      { k: 'a', bad: 'duplicate key', n: null },
      { k: 'c', bad: null, n: 3 },
    ])
  })

  it('survive an author who ends with a comment, and columns called like ours', async () => {
    await fill(`${values(`('a', 'x', 'y', 'z')`, 'external_id, k, bad, q')} -- the end`)
    expect(await found()).toEqual([{ k: 'a', bad: null, k_2: 'x', bad_2: 'y', q: 'z' }])
  })
})
