import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { WriteSpec } from '../../src/ledger/shape.ts'
import { type Claims, type Slot, slotsOf, writesOf } from '../../src/ledger/slots.ts'
import { createSnapshot } from '../../src/ledger/snapshot.ts'
import type { SettledDefinition, Write } from '../../src/model/definition.ts'
import { openLedger } from './open-ledger.ts'

const spec = (attribute: string, change: Partial<WriteSpec> = {}): WriteSpec => ({
  attribute,
  valueKind: 'text',
  onLeave: 'unset',
  nulls: 'unset',
  ...change,
})

const held = (attribute: string, column: string, change: Partial<Write> = {}): Write => ({
  column,
  attribute,
  valueKind: 'text',
  onLeave: 'unset',
  nulls: 'unset',
  ...change,
})

const slots = (
  writes: readonly WriteSpec[],
  before: readonly Write[] = [],
  claims: Claims = new Map(),
): Slot[] => {
  const settled: SettledDefinition = {
    identity: 'external_id',
    kind: 'properties',
    createUsers: true,
    writes: before,
    hash: '',
    canonicalVersion: 1,
  }
  const shape = { identity: 'external_id' as const, keyColumns: ['external_id'], writes, unused: [] }
  return slotsOf(shape, before.length === 0 ? undefined : settled, claims)
}

const claimed = (attribute: string, identity: 'external_id' | 'email' = 'external_id'): Claims =>
  new Map([[attribute, [{ sync: 'other', identity }]]])

const columns = (found: readonly Slot[]) => found.map(({ target }) => target?.column)

describe('the column of a write', () => {
  it('is called like the attribute, in signs that every database takes', () => {
    expect(columns(slots([spec('city'), spec('Größe 2'), spec('2nd'), spec('x'.repeat(60))]))).toEqual([
      'city',
      'gr__e_2',
      '_2nd',
      'x'.repeat(40),
    ])
  })

  it('is another one for attributes that differ in signs only', () => {
    expect(columns(slots([spec('City'), spec('city'), spec('CITY')]))).toEqual(['city', 'city_2', 'city_3'])
  })

  it('of a list is called like the element', () => {
    expect(columns(slots([spec('audiences', { element: 'lapsed_vip', valueKind: 'boolean' })]))).toEqual([
      'lapsed_vip',
    ])
  })

  it('stays when attribute, element and kind stay', () => {
    const found = slots([spec('city', { onLeave: 'keep' })], [held('city', 'former_name')])
    expect(found).toHaveLength(1)
    expect(found[0]?.target).toMatchObject({ column: 'former_name', onLeave: 'keep' })
    expect(found[0]?.held.map((write) => write.column)).toEqual(['former_name'])
  })
})

describe('a definition that changed', () => {
  it('of another type: a new column, and the old one is still held', () => {
    const [slot, ...others] = slots([spec('score', { valueKind: 'integer' })], [held('score', 'score')])
    expect(others).toEqual([])
    expect(slot?.target).toMatchObject({ column: 'score_2', valueKind: 'integer' })
    expect(slot?.held).toEqual([held('score', 'score')])
  })

  it('of another type and back: the first column again, the other one still held', () => {
    const before = [held('score', 'score_2', { valueKind: 'integer' }), held('score', 'score')]
    const [slot] = slots([spec('score')], before)
    expect(slot?.target?.column).toBe('score')
    expect(slot?.held.map((write) => write.column)).toEqual(['score', 'score_2'])
  })

  it('without the attribute: a slot without a target, by its old policy', () => {
    const found = slots([spec('city')], [held('city', 'city'), held('town', 'town', { onLeave: 'keep' })])
    expect(found[1]).toEqual({ attribute: 'town', held: [held('town', 'town', { onLeave: 'keep' })] })
  })

  it('without an attribute that is held as two kinds: one slot, so that it is taken back once', () => {
    const before = [held('score', 'score'), held('score', 'score_2', { valueKind: 'integer' })]
    const gone = slots([spec('city')], before).filter(({ target }) => target === undefined)
    expect(gone).toEqual([{ attribute: 'score', held: before }])
  })

  it('whose attribute another sync writes by now: taken back from those whom that one does not write', () => {
    const gone = slots([spec('city')], [held('town', 'town')], claimed('town'))[1]
    expect(gone).toMatchObject({ held: [held('town', 'town')], heirs: [{ sync: 'other' }] })
  })

  it('whose attribute others write who keep it or name people otherwise: forgotten, not taken back', () => {
    const kept = [held('town', 'town', { onLeave: 'keep' })]
    const forgotten = { attribute: 'town', held: kept, isForgotten: true }
    expect(slots([spec('city')], kept, claimed('town'))[1]).toEqual(forgotten)
    expect(slots([spec('city')], [held('town', 'town')], claimed('town', 'email'))[1]).toEqual(forgotten)
  })

  it('whose list somebody else writes as a whole: its element is still taken back', () => {
    const before = [held('audiences', 'vip', { element: 'vip', valueKind: 'boolean', onLeave: 'remove' })]
    const gone = slots([spec('city')], before, claimed('audiences'))[1]
    expect(gone).toMatchObject({ attribute: 'audiences', element: 'vip' })
    expect(gone?.held[0]?.onLeave).toBe('remove')
  })

  it('of another element of the same list: one is added, the other one removed', () => {
    const now = spec('audiences', { element: 'new', valueKind: 'boolean', onLeave: 'remove' })
    const before = held('audiences', 'old', { element: 'old', valueKind: 'boolean', onLeave: 'remove' })
    expect(slots([now], [before]).map(({ element, target }) => [element, target === undefined])).toEqual([
      ['new', false],
      ['old', true],
    ])
  })
})

it('writesOf names every column once: those of today first, without what only the query knows', () => {
  const source = { column: 'City', value: { kind: 'text' as const, canonical: (x: string) => x } }
  const found = slots(
    [spec('city', { source }), spec('score', { valueKind: 'integer' })],
    [held('score', 'score'), held('city', 'city'), held('town', 'town')],
  )
  expect(writesOf(found)).toEqual([
    held('city', 'city'),
    held('score', 'score_2', { valueKind: 'integer' }),
    held('score', 'score'),
    held('town', 'town'),
  ])
})

/** Names that mean something to a database, to a table of ours, or to nobody. */
const NAMES = [
  ...[
    'k',
    'since',
    'sent_at',
    'bad',
    'op',
    'stays',
    'sets',
    'points',
    'moved',
    'lost',
    's0',
    'whole',
    'l0',
    'p0',
  ],
  ...[
    'ctid',
    'xmin',
    'xmax',
    'cmin',
    'cmax',
    'tableoid',
    'oid',
    'rowid',
    'user',
    'select',
    'order',
    'table',
    'v_k',
  ],
  ...['K', 'größe', '😀', ' ', '"', "'", '1', '-', '_', 'a b', 'a.b', 'a/b'],
]

describe.each(['duckdb', 'postgres'] as const)('on %s', (kind) => {
  it('any attributes find columns that a snapshot can have, each its own', async () => {
    const ledger = await openLedger(kind)
    const names = fc.uniqueArray(
      fc.oneof(fc.constantFrom(...NAMES), fc.string({ minLength: 1, maxLength: 50 })),
      {
        maxLength: 12,
        minLength: 1,
      },
    )
    const check = async (attributes: string[]) => {
      const found = slots(attributes.map((name) => spec(name)))
      const made = writesOf(found).map(({ column }) => column)
      expect(new Set(made).size).toBe(attributes.length)
      for (const column of made) expect(column).toMatch(/^[a-z_][a-z0-9_]{0,62}$/)
      // Candidates have columns of their own beside these.
      for (const column of made) expect(['k', 'bad', 'since', 'sent_at']).not.toContain(column)
      const table = { table: 'snapshot_names', writes: writesOf(found), sentAt: true }
      await ledger.run(
        createSnapshot(ledger.dialect, table),
        `drop table ${ledger.dialect.table('snapshot_names')}`,
      )
    }
    try {
      await check(NAMES)
      await fc.assert(fc.asyncProperty(names, check), { numRuns: 20 })
    } finally {
      await ledger.close()
    }
  })
})
