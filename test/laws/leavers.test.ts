// Who is held back on our side is no leaver, whatever becomes of the rest of the shop.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sentSince } from '../flow/look.ts'
import { makeWorld } from '../support/world.ts'

const IDS = Array.from({ length: 8 }, (_, i) => `p${i}`)
const WHY = ['too long', 'not finite', 'twice', 'parked', 'erased', 'left', 'stays'] as const
type Why = (typeof WHY)[number]

const header = (yaml: string, sql: string) => `/* ---\n${yaml}\n--- */\n${sql}\n`

const SYNCS = {
  'sql/audiences/all_of_us.sql': header(
    'on_leave: unset\nbad_keys: withhold',
    'select id as external_id from people',
  ),
  'sql/properties/facts.sql': header(
    'on_leave: unset\nbad_keys: withhold\nmax_attempts: 1',
    'select id as external_id, note, score, email from people',
  ),
}

const change = (id: string, why: Why): string[] => {
  const by: Record<Why, string[]> = {
    'too long': [`update people set note = repeat('x', 256) where id = '${id}'`],
    'not finite': [`update people set score = 'nan'::double where id = '${id}'`],
    twice: [`insert into people select * from people where id = '${id}'`],
    parked: [`update people set email = 'no address' where id = '${id}'`],
    erased: [`update people set note = 'new' where id = '${id}'`],
    left: [`delete from people where id = '${id}'`],
    stays: [],
  }
  return by[why]
}

it('Law 13: nobody whose row is withheld, parked or erased is treated as a leaver', async () => {
  const fates = fc.array(fc.constantFrom(...WHY), { minLength: IDS.length, maxLength: IDS.length })
  await fc.assert(
    fc.asyncProperty(fates, async (whys) => {
      const world = await makeWorld({
        on: 'duckdb',
        data: [
          'create table people (id text, note text, score double, email text)',
          `insert into people values ${IDS.map((id) => `('${id}', 'fine', 1.5, '${id}@example.com')`)}`,
        ],
        syncs: SYNCS,
        config: { guards: { max_removes: '100%', min_rows: 0 } },
        sandbox: { keepBodies: true },
      })
      try {
        await world.sync()
        const whole = (id: string) => ({
          all_of_us: 'true',
          note: '"fine"',
          score: '1.5',
          email: `"${id}@example.com"`,
        })
        expect(world.profiles()).toEqual(Object.fromEntries(IDS.map((id) => [id, whole(id)])))
        const requests = world.sandbox.meter.requests
        for (const [i, id] of IDS.entries()) {
          await world.sql(...change(id, whys[i] ?? 'stays'))
          if (whys[i] === 'erased')
            await world.ledger(
              `insert into tombstones (project, workspace, identity, k_mark, since) values ('shop', 'production', 'external_id', md5('${id}'), current_timestamp)`,
            )
        }
        const expected = Object.fromEntries(IDS.map((id, i) => [id, whys[i] === 'left' ? {} : whole(id)]))
        const left = whys.filter((why) => why === 'left').length
        for (const run of ['refused', 'parked'] as const) {
          const report = await world.sync()
          const removed = run === 'refused' ? left : 0
          expect(report.syncs.map((sync) => [sync.name, sync.removed])).toEqual([
            ['all_of_us', removed],
            ['facts', removed],
          ])
        }
        // An erased person is not even taken back when gone.
        await world.sql(...IDS.filter((_, i) => whys[i] === 'erased').flatMap((id) => change(id, 'left')))
        expect((await world.sync()).requests).toBe(0)
        expect(world.profiles()).toEqual(expected)
        const named = new Set(sentSince(world, requests).map((object) => object.external_id))
        expect([...named].toSorted()).toEqual(
          IDS.filter((_, i) => whys[i] === 'left' || whys[i] === 'parked'),
        )
      } finally {
        await world.close()
      }
    }),
    { numRuns: 3, endOnFailure: true },
  )
}, 60_000)
