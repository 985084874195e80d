// What may be in a request, and what may be in flight together, however many people and whatever they carry.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { good, leftTables } from '../flow/look.ts'
import { makeWorld } from '../support/world.ts'

const header = (yaml: string, sql: string) => `/* ---\n${yaml}\n--- */\n${sql}\n`

it('Law 6: no request carries a person twice, and no two in flight carry the same person', async () => {
  const crowd = fc.record({
    people: fc.integer({ min: 60, max: 140 }),
    size: fc.integer({ min: 2, max: 6 }),
    bad: fc.integer({ min: 10, max: 30 }),
    unindexed: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(crowd, async ({ people, size, bad, unindexed }) => {
      const world = await makeWorld({
        on: 'duckdb',
        data: [`create table crowd as select i as n, 'u' || i as id from range(${people}) as t(i)`],
        syncs: {
          'sql/audiences/odd.sql': 'select id as external_id from crowd where n % 2 = 1',
          'sql/audiences/tens.sql': header(
            'membership: list',
            'select id as external_id from crowd where n % 10 = 0',
          ),
          'sql/properties/facts.sql': 'select id as external_id, n from crowd',
          'sql/properties/mails.sql': `select id as external_id, case when n % ${bad} = 1 then 'none' else id || '@example.com' end as email from crowd`,
        },
        config: { braze: { objects_per_request: size, max_connections: 16 } },
        sandbox: { latencyMs: 25 },
      })
      try {
        const trouble = unindexed ? 'unindexed_error' : 'drop'
        world.sandbox.faults.inject({ kind: trouble, after: 2, times: 2 })
        const report = await world.sync()
        const { meter } = world.sandbox
        expect([report.error, Object.keys(world.profiles()).length]).toEqual([null, people])
        expect(meter.highestInFlight).toBeGreaterThan(4)
        expect(meter.requests).toBeGreaterThanOrEqual(Math.ceil(people / size))
        expect([meter.duplicatesInRequest, meter.duplicateKeys, meter.concurrentSamePerson]).toEqual([
          0, 0, 0,
        ])
      } finally {
        await world.close()
      }
    }),
    { numRuns: 2, endOnFailure: true },
  )
}, 60_000)

it('Law 7: big rows are split below 4 MB, 75 objects at most', async () => {
  const world = await makeWorld({
    on: 'duckdb',
    data: ['create table crowd as select i as n from range(90) as t(i)'],
    syncs: {
      'sql/properties/facts.sql': `select 'u' || n as external_id, (select list(repeat('ü', 100) || n || '-' || i) from range(400) as r(i)) as words from crowd`,
      'sql/audiences/all_of_us.sql': `select 'u' || n as external_id from crowd`,
    },
  })
  expect(good(await world.sync()).objects).toBe(90)
  const bytes = world.sandbox.requests.map((request) => request.bytes)
  expect(bytes.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(7_000_000)
  expect(Math.max(...bytes)).toBeLessThanOrEqual(4_000_000)
  expect(Math.max(...world.sandbox.requests.map(({ objects }) => objects))).toBeLessThanOrEqual(75)
  expect(world.sandbox.requests.map(({ status }) => status)).toEqual(bytes.map(() => 201))
  expect(world.sandbox.meter.silentDrops.total).toBe(0)
  const held = Object.values(world.profiles())
  expect(held).toHaveLength(90)
  for (const person of held) expect(JSON.parse(person.words ?? '[]')).toHaveLength(400)
  expect(await leftTables(world)).toEqual([])
}, 60_000)

interface Sized {
  readonly id: string
  readonly note: string
  readonly count: number
}

const sized = fc.uniqueArray(
  fc
    .record({
      letter: fc.constantFrom('k', 'ü', '😀'),
      bytes: fc.integer({ min: 984, max: 990 }),
      sign: fc.constantFrom('n', 'é', '😀'),
      characters: fc.integer({ min: 253, max: 258 }),
      count: fc.integer({ min: 498, max: 502 }),
    })
    .map(({ letter, bytes, sign, characters, count }): Sized => {
      const width = Buffer.byteLength(letter)
      const id = letter.repeat(Math.floor(bytes / width)) + 'x'.repeat(bytes % width)
      return { id, note: sign.repeat(characters), count }
    }),
  { minLength: 6, maxLength: 12, selector: ({ id }) => id },
)

it('Law 7: what is one byte, character or element too long never leaves, and all else does', async () => {
  await fc.assert(
    fc.asyncProperty(sized, async (people) => {
      const rows = people.map(
        ({ id, note, count }) => `('${id}', '${note}', (select list(i) from range(${count}) as r(i)))`,
      )
      const world = await makeWorld({
        on: 'duckdb',
        data: [
          'create table people (id text, note text, tags bigint[])',
          `insert into people values ${rows}`,
        ],
        syncs: {
          'sql/properties/facts.sql':
            'select id as external_id, note, list_transform(tags, x -> cast(x as text)) as tags from people',
        },
        config: { guards: { min_rows: 0 } },
      })
      try {
        const fits = people.filter(
          ({ id, note, count }) => Buffer.byteLength(id) <= 987 && [...note].length <= 255 && count <= 500,
        )
        const report = await world.sync()
        expect([report.error, report.objects]).toEqual([null, fits.length])
        expect(report.syncs[0]?.rejected).toBe(people.length - fits.length)
        expect(world.sandbox.meter.silentDrops.total).toBe(0)
        expect(world.sandbox.meter.objectsRefused).toBe(0)
        expect(
          Object.fromEntries(Object.entries(world.profiles()).map(([id, held]) => [id, held.note])),
        ).toEqual(Object.fromEntries(fits.map(({ id, note }) => [id, JSON.stringify(note)])))
      } finally {
        await world.close()
      }
    }),
    { numRuns: 2, endOnFailure: true },
  )
}, 60_000)
