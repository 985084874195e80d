import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Databases, Session } from '../../../src/warehouse/port.ts'
import { createDatabase } from '../../support/postgres.ts'
import { openDuckdb, openPostgres } from '../open-test.ts'
import { exact } from './exact-json.ts'
import { keep } from './keep.ts'

const COMBINATIONS: Record<string, () => Promise<Databases>> = {
  DuckDB: () => openDuckdb(),
  Postgres: async () => openPostgres((await createDatabase()).url, 'postgres'),
  'Postgres beside a DuckDB state': async () => openPostgres((await createDatabase()).url, 'duckdb'),
}

/** Text that both databases can hold: no NUL, no half of a surrogate pair. */
const text = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom('"', '\\', "'", '\n', '\r', '\t', ',', '\u2028', '\u0001', 'é', '😀', '{', '$'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
    maxLength: 40,
  })
  .filter((value) => !value.includes('\u0000') && value.isWellFormed())
/** JSON with texts and keys around the limit of their characters, escaped in every way that there is. */
const nearLimit = fc
  .tuple(
    fc.constantFrom('x', '"', '\\', '😀', 'é', '\n', ':', ',"', '\\"', '{}', '\\u00e9'),
    fc.constantFrom('x', '"', '\\', '😀', ']'),
    fc.integer({ min: 253, max: 257 }),
  )
  .map(([unit, last, length]) => [...unit.repeat(length)].slice(0, length - 1).join('') + last)
const longJson = fc
  .tuple(
    fc.array(fc.oneof(nearLimit, text, fc.integer()), { minLength: 1, maxLength: 4 }),
    fc.dictionary(fc.oneof(nearLimit, text), fc.oneof(nearLimit, text), { maxKeys: 4 }),
    fc.boolean(),
  )
  .map(([list, object, isAscii]) => {
    const json = JSON.stringify([list, object, 'end'])
    return isAscii
      ? json.replace(/[^\0-~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
      : json
  })

/** JSON with nulls and with keys that Braze does not take, and with texts that look like them, blanks and escapes anywhere. */
const piece = fc.constantFrom('a', 'null', ' ', '.', '$', ':', '"', '\\', ',', '[', '{', '\\u0020', 'é', '\n')
const oddText = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''))
/** Without a backslash: Node's own parser takes {"a":1,"\n":2} for {"a":1,"\\":2} where it has met that before. */
const oddKey = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('a', 'null', '"', '",', ':', '","', 'é', 'b:[null]') },
  { weight: 1, arbitrary: oddText.map((value) => value.replaceAll(/[\\\n]/g, '')) },
)
const { odd } = fc.letrec((tie) => ({
  odd: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { weight: 6, arbitrary: oddText },
    { weight: 2, arbitrary: fc.oneof(fc.boolean(), fc.double({ noNaN: true, noDefaultInfinity: true })) },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 4, arbitrary: fc.array(tie('odd'), { maxLength: 3 }) },
    {
      weight: 4,
      arbitrary: fc.dictionary(oddKey, tie('odd'), { maxKeys: 3 }),
    },
  ),
}))
const oddJson = fc
  .tuple(odd, fc.constantFrom(undefined, ' ', '\t'), fc.boolean())
  .map(([value, blanks, isEscaped]) => {
    const json = JSON.stringify(value, undefined, blanks)
    return isEscaped
      ? json.replace(/"(?:[^"\\]|\\.)*"/g, (quote) =>
          quote.replace(/[ .$é]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
        )
      : json
  })

/** What Braze would drop; a null as a whole is another matter. */
function isDropped(value: unknown): boolean {
  if (typeof value === 'string') return [...value].length > 255
  if (typeof value !== 'object' || value === null) return false
  const isWrongKey = (key: string) => key === '' || [...key].length > 255 || /[ .$]/.test(key)
  if (!Array.isArray(value) && Object.keys(value).some(isWrongKey)) return true
  return Object.values(value).some((inner) => inner === null || isDropped(inner))
}

const expected = (json: string) => (isDropped(JSON.parse(json)) ? null : exact(json))

const integer = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.maxSafeInteger().map(BigInt),
)
const double = fc.double({ noNaN: true, noDefaultInfinity: true })
const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`

describe.each(Object.keys(COMBINATIONS))('random values kept by %s', (name) => {
  let databases: Databases
  let session: Session
  beforeAll(async () => {
    databases = await COMBINATIONS[name]!()
    session = await databases.store.session()
  })
  afterAll(() => databases?.close())

  /** JSON of every value of every row of a list of rows, each row in its own order. */
  async function wires(rows: readonly (readonly string[])[], round?: number): Promise<(string | null)[][]> {
    const sql = rows.map(
      (row, i) => `select ${[String(i), ...row].map((value, c) => `${value} as c${c}`).join(', ')}`,
    )
    const kept = await keep(databases, session, sql.join('\nunion all\n'), round)
    return kept.map((row) => row.slice(1).map(({ json }) => json))
  }

  it('come back as JSON.stringify would write them, integers and doubles to the last digit', async () => {
    const row = fc.tuple(text, integer, double)
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 60 }), async (rows) => {
        const got = await wires(
          rows.map(([t, i, d]) => [
            `cast(${quoted(t)} as varchar)`,
            `cast('${i}' as bigint)`,
            `cast('${d}' as double precision)`,
          ]),
        )
        expect(got.map(([t]) => JSON.parse(t!))).toEqual(rows.map(([t]) => t))
        expect(got.map(([, i]) => i)).toEqual(rows.map(([, i]) => String(i)))
        expect(got.map(([, , d]) => Number(d))).toEqual(rows.map(([, , d]) => d + 0))
        for (const [, , d] of got) expect(d).toMatch(/^-?\d+\.\d+(e[+-]?\d+)?$/)
      }),
      { numRuns: 12 },
    )
  })

  it('round doubles to the same bits everywhere', async () => {
    const places = 2
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(double, fc.double({ min: -1e6, max: 1e6, noNaN: true })), {
          minLength: 1,
          maxLength: 60,
        }),
        async (values) => {
          const got = await wires(
            values.map((value) => [`cast('${value}' as double precision)`]),
            places,
          )
          const rounded = (value: number) =>
            Math.abs(value) < 4503599627370496e-2
              ? (Math.sign(value) * Math.floor(Math.abs(value) * 1e2 + 0.5)) / 1e2 + 0
              : value
          expect(got.map(([json]) => Number(json))).toEqual(values.map(rounded))
        },
      ),
      { numRuns: 8 },
    )
  })

  it('keep JSON values equal', async () => {
    const json = fc
      .jsonValue({ maxDepth: 3 })
      .map((value) => JSON.stringify(value) ?? 'null')
      .filter((value) => !/\\u(0000|d[89a-f])/i.test(value))
    await fc.assert(
      fc.asyncProperty(fc.array(json, { minLength: 1, maxLength: 30 }), async (values) => {
        const got = await wires(values.map((value) => [`cast(${quoted(value)} as json)`]))
        expect(got.map(([value]) => exact(value ?? 'null'))).toEqual(values.map(expected))
      }),
      { numRuns: 12 },
    )
  })

  it.each([
    ['a text or a key that is too long', longJson],
    ['a null or a key that Braze does not take', oddJson],
  ])('are withheld for %s inside of JSON, and for nothing else', async (_what, json) => {
    await fc.assert(
      fc.asyncProperty(fc.array(json, { minLength: 1, maxLength: 30 }), async (values) => {
        const got = await wires(values.map((value) => [`cast(${quoted(value)} as json)`]))
        expect(got.map(([value]) => exact(value ?? 'null'))).toEqual(values.map(expected))
      }),
      { numRuns: 20 },
    )
  })
})
