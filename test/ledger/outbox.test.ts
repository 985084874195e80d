import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createFront,
  createOutbox,
  fillSteps,
  type OutboxPart,
  readBatches,
  viewAsOutbox,
} from '../../src/ledger/outbox.ts'
import type { Slot } from '../../src/ledger/slots.ts'
import type { Identity } from '../../src/model/words.ts'
import type { Dialect, SourceValue } from '../../src/warehouse/port.ts'
import { openLedger, type TestLedger } from './open-ledger.ts'

/** A delta row: JSON text for each attribute that it says something of, one op for each list slot. */
interface DeltaRow {
  readonly k: string
  readonly op: 'add' | 'change' | 'remove'
  readonly sets: boolean
  readonly said: readonly (string | undefined)[]
  readonly lists: readonly ('add' | 'remove' | undefined)[]
}

interface Part {
  /** Names of the attributes. */
  readonly attributes: readonly [string, string]
  readonly identity: Identity
  readonly firstLoad: boolean
  /** Elements by slot; the lists are called l and m. */
  readonly slots: readonly { readonly attribute: string; readonly element: string }[]
  readonly rows: readonly DeltaRow[]
}

const KEYS = ['a', 'b', 'c', "d'", 'e"\\', '😀', 'g', 'h']

const rowOf = (lists: number): fc.Arbitrary<Omit<DeltaRow, 'k'>> =>
  fc.record({
    op: fc.constantFrom('add' as const, 'change' as const, 'remove' as const),
    sets: fc.boolean(),
    said: fc.tuple(
      fc.option(fc.constantFrom('1', '"x,\\"}"', 'null'), { nil: undefined }),
      fc.option(fc.constantFrom('null', '[{}]'), { nil: undefined }),
    ),
    lists: fc.array(fc.constantFrom('add' as const, 'remove' as const, undefined), {
      minLength: lists,
      maxLength: lists,
    }),
  })

const partOf = (n: number): fc.Arbitrary<Part> =>
  fc.nat(2).chain((lists) =>
    fc.record({
      attributes: fc.constant([`p${n}`, `q"${n}`] as const),
      identity: fc.constantFrom<Identity>('external_id', 'external_id', 'email', 'alias'),
      firstLoad: fc.boolean(),
      slots: fc.constant(['l', 'm'].slice(0, lists).map((attribute) => ({ attribute, element: `e'${n}` }))),
      rows: fc
        .uniqueArray(fc.tuple(fc.constantFrom(...KEYS), rowOf(lists)), { selector: ([k]) => k })
        .map((rows) => rows.map(([k, row]) => ({ k, ...row }))),
    }),
  )

const parts = fc.tuple(partOf(0), partOf(1), partOf(2))

const json: SourceValue = { kind: 'json', canonical: (expression) => expression }

const slotsOf = (part: Part): Slot[] => [
  ...part.attributes.map((attribute, i): Slot => {
    const write = { attribute, column: `c${i}`, valueKind: 'json', onLeave: 'unset', nulls: 'unset' } as const
    return { attribute, target: { ...write, source: { column: `c${i}`, value: json } }, held: [] }
  }),
  ...part.slots.map(({ attribute, element }) => ({ attribute, element, held: [] })),
]

const keyOf = (identity: Identity, k: string): string =>
  identity === 'alias' ? JSON.stringify({ alias_name: k, alias_label: 'l' }) : k

const isSilent = (row: DeltaRow): boolean => [...row.said, ...row.lists].every((what) => what === undefined)

async function makeDelta(ledger: TestLedger, table: string, part: Part): Promise<OutboxPart> {
  const { dialect } = ledger
  const { text, boolean } = dialect.types
  const attributes = part.attributes.flatMap((_, i) => [`s${i} ${boolean}`, `v_c${i} ${text}`])
  const lists = part.slots.map((_, i) => `l${i + part.attributes.length} ${text}`)
  await ledger.run(
    `create table ${table} (${[`seq ${dialect.types.bigint}`, `k ${text}`, `op ${text}`, `sets ${boolean}`, `lost ${text}`, ...attributes, ...lists].join(', ')})`,
  )
  const saying = (json: string | undefined) => [
    String(json !== undefined),
    value(json === 'null' ? undefined : json),
  ]
  const value = (cell: string | undefined) => (cell === undefined ? 'null' : dialect.literal(cell))
  for (const [seq, row] of part.rows.entries())
    await ledger.run(
      `insert into ${table} values (${[String(seq), value(keyOf(part.identity, row.k)), value(row.op), String(row.sets), 'null', ...row.said.flatMap(saying), ...row.lists.map(value)].join(', ')})`,
    )
  return {
    sync: table,
    identity: part.identity,
    delta: table,
    slots: slotsOf(part),
    rows: part.rows.filter((row) => !isSilent(row)).length,
    silent: part.rows.filter(isSilent).length,
    removes: part.rows.filter(({ op }) => op === 'remove').length,
    firstLoad: part.firstLoad,
  }
}

/** What the outbox should hold: objects by identity and key. */
function expected(all: readonly Part[]): Map<string, object> {
  const people = new Map<string, Record<string, unknown>>()
  for (const part of all) {
    for (const row of part.rows.filter((one) => !isSilent(one))) {
      const name = `${part.identity} ${row.k}`
      const person = people.get(name) ?? {
        ...(part.identity === 'alias'
          ? { user_alias: { alias_name: row.k, alias_label: 'l' } }
          : { [part.identity]: row.k }),
        _update_existing_only: true,
      }
      if (row.sets) person._update_existing_only = false
      row.said.forEach((value, i) => {
        if (value !== undefined) person[part.attributes[i] ?? ''] = JSON.parse(value)
      })
      part.slots.forEach(({ attribute, element }, i) => {
        const op = row.lists[i]
        if (op === undefined) return
        const list = (person[attribute] ?? {}) as Record<string, string[]>
        list[op] = [...(list[op] ?? []), element].sort()
        person[attribute] = list
      })
      people.set(name, person)
    }
  }
  return people
}

/** JSON with every list of elements sorted: their order means nothing. */
const sorted = (object: string): object =>
  JSON.parse(object, (name, value) => (name === 'add' || name === 'remove' ? [...value].sort() : value))

/** 0: something is taken back; 1: of a small delta beside a first load; 2: the rest. */
function turnOf(name: string, all: readonly Part[]): number {
  const rows = all.flatMap((part) =>
    part.rows.filter((row) => `${part.identity} ${row.k}` === name).map((row) => ({ part, row })),
  )
  if (rows.some(({ row }) => row.op === 'remove')) return 0
  const isMixed = all.some(({ firstLoad }) => firstLoad) && all.some(({ firstLoad }) => !firstLoad)
  return isMixed && rows.some(({ part }) => !part.firstLoad) ? 1 : 2
}

describe.each<['duckdb' | 'postgres', number]>([
  ['duckdb', 12],
  ['postgres', 20],
])('the outbox on %s', (kind, numRuns) => {
  let ledger: TestLedger & { close(): Promise<void> }
  beforeAll(async () => {
    ledger = await openLedger(kind)
  })
  afterAll(() => ledger.close())

  async function fill(
    all: readonly Part[],
    buckets: number,
  ): Promise<{ outbox: string; drop: () => Promise<void> }> {
    const dialect: Dialect = { ...ledger.dialect, outboxBuckets: () => buckets }
    const [outbox, front] = [dialect.table('outbox_1'), dialect.table('front_1')]
    const made: OutboxPart[] = []
    for (const [i, part] of all.entries())
      made.push(await makeDelta(ledger, dialect.table(`delta_${i}`), part))
    await ledger.run(createOutbox(dialect, outbox))
    const first = createFront(dialect, front, made)
    if (first !== undefined) await ledger.run(first)
    let offset = 0
    for (const step of fillSteps(dialect, {
      outbox,
      parts: made,
      front: first === undefined ? undefined : front,
      size: 75,
    }))
      offset += await ledger.session.run(step.sql(offset))
    const drop = () =>
      ledger.run(
        `drop table ${outbox}`,
        `drop table if exists ${front}`,
        ...made.map(({ delta }) => `drop table ${delta}`),
      )
    return { outbox, drop }
  }

  it('holds one object a person over all syncs, numbered without a gap, removes first, in any number of buckets', async () => {
    await fc.assert(
      fc.asyncProperty(parts, fc.constantFrom(1, 3), async (all, buckets) => {
        const { outbox, drop } = await fill(all, buckets)
        const rows = await ledger.rows(`select seq, identity, k, obj from ${outbox} order by seq`)
        await drop()
        expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, i) => i))
        const name = ({ identity, k }: (typeof rows)[number]) =>
          `${identity} ${identity === 'alias' ? JSON.parse(String(k)).alias_name : k}`
        const found = new Map(rows.map((row) => [name(row), sorted(String(row.obj))]))
        expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected(all)))
        expect(found.size).toBe(rows.length)
        const turns = rows.map((row) => turnOf(name(row), all))
        expect(turns).toEqual([...turns].sort())
      }),
      { numRuns },
    )
  })

  it('is the delta itself, seen otherwise, where one sync sends every row and none of them goes first', async () => {
    await fc.assert(
      fc.asyncProperty(partOf(0), async (any) => {
        const part = { ...any, rows: any.rows.filter((row) => !isSilent(row)) }
        const { dialect } = ledger
        const outbox = dialect.table('outbox_3')
        const made = await makeDelta(ledger, dialect.table('delta_own'), part)
        await ledger.run(viewAsOutbox(dialect, outbox, made))
        const rows = await ledger.rows(`select seq, identity, k, obj from ${outbox} order by seq`)
        await ledger.run(`drop view ${outbox}`, dialect.dropTableOrView(made.delta))
        expect(rows.map(({ seq, identity, k }) => [seq, identity, k])).toEqual(
          part.rows.map((row, i) => [i, part.identity, keyOf(part.identity, row.k)]),
        )
        const wanted = expected([part])
        expect(rows.map(({ obj }) => sorted(String(obj)))).toEqual(
          part.rows.map((row) => wanted.get(`${part.identity} ${row.k}`)),
        )
      }),
      { numRuns },
    )
  })

  it('is read in full batches; the last one has the rest', async () => {
    const outbox = ledger.dialect.table('outbox_2')
    await ledger.run(createOutbox(ledger.dialect, outbox))
    const tuples = Array.from({ length: 23 }, (_, i) => `(${i}, 'external_id', 'p${i}', '{"n":${i}}')`)
    await ledger.run(`insert into ${outbox} values ${tuples.join(', ')}`)
    const batches = (from: number, to: number) =>
      ledger.rows(readBatches(ledger.dialect, { outbox, from, to, size: 5 }))
    const all = await batches(0, 23)
    expect(all.map(({ n, first_seq, last_seq }) => [n, first_seq, last_seq])).toEqual([
      [5, 0, 4],
      [5, 5, 9],
      [5, 10, 14],
      [5, 15, 19],
      [3, 20, 22],
    ])
    expect(all[4]?.objects).toBe('{"n":20},{"n":21},{"n":22}')
    expect((await batches(10, 20)).map(({ first_seq }) => first_seq)).toEqual([10, 15])
    await ledger.run(`drop table ${outbox}`)
  })
})
