// Nothing leaves without a plan; a saved one is applied exactly, or refused with nothing sent.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { good } from '../flow/look.ts'
import { makeWorld, type World } from '../support/world.ts'

const FACTS = 'select id as external_id, n from people'
const IDS = ['ann', 'bob', 'cid', 'dee']
const day = fc.array(fc.option(fc.nat(2), { nil: undefined }), { minLength: 4, maxLength: 4 })
type Day = readonly (number | undefined)[]

async function setDay(world: World, people: Day): Promise<void> {
  const rows = people.flatMap((n, i) => (n === undefined ? [] : [`('${IDS[i]}', ${n})`]))
  await world.sql('delete from people', ...(rows.length > 0 ? [`insert into people values ${rows}`] : []))
}

const expectedOf = (people: Day, before: Day) =>
  Object.fromEntries(
    IDS.flatMap((id, i) => {
      const n = people[i] ?? before[i]
      return n === undefined ? [] : [[id, people[i] === undefined ? {} : { n: String(n) }]]
    }),
  )

const MEANWHILE = {
  nothing: async () => false,
  'the warehouse changes': async (world: World) => {
    await setDay(world, [9, 9, 9, 9])
    return false
  },
  'another day is sent': async (world: World) => {
    await setDay(world, [7, 8, 7, 8])
    good(await world.sync())
    return true
  },
  'the definition changes': async (world: World) => {
    await world.write('sql/properties/facts.sql', header('rename: { n: m }'))
    return true
  },
  'only the description changes': async (world: World) => {
    await world.write('sql/properties/facts.sql', header('description: numbers'))
    return false
  },
  'a day goes by': async (world: World) => {
    await world.ledger(`update plans set created_at = created_at - interval '25 hours'`)
    return true
  },
}

const header = (yaml: string) => `/* ---\non_leave: unset\n${yaml}\n--- */\n${FACTS}\n`

it('Law 8: a saved plan is applied exactly or refused as stale, and nothing is sent without one', async () => {
  const meanwhile = fc.constantFrom(...(Object.keys(MEANWHILE) as (keyof typeof MEANWHILE)[]))
  await fc.assert(
    fc.asyncProperty(day, day, meanwhile, async (first, second, what) => {
      const world = await makeWorld({
        on: 'duckdb',
        data: ['create table people (id text, n int)'],
        syncs: { 'sql/properties/facts.sql': header('description: first') },
        config: { guards: { max_removes: '100%', min_rows: 0 } },
      })
      try {
        await setDay(world, first)
        good(await world.sync())
        await setDay(world, second)
        const plan = await world.plan()
        const stale = await MEANWHILE[what](world)
        const before = { requests: world.sandbox.meter.requests, profiles: world.profiles() }
        const applied = await world.apply(plan.plan)
        if (stale) {
          expect([what, applied.error?.name, applied.requests]).toEqual([what, 'StalePlanError', 0])
          expect({ requests: world.sandbox.meter.requests, profiles: world.profiles() }).toEqual(before)
        } else {
          expect(good(applied).objects).toBe(plan.objects)
          expect(world.profiles()).toEqual(expectedOf(second, first))
        }
        const runs = await world.ledger(
          'select r.objects, p.numbers from runs as r left join plan_syncs as p on p.plan = r.plan where r.requests > 0',
        )
        expect(runs.map(({ objects }) => objects)).toEqual(
          runs.map(({ numbers }) => JSON.parse(String(numbers)).objects),
        )
        const [sent] = await world.ledger('select sum(requests) as n from runs')
        expect(sent).toEqual({ n: world.sandbox.meter.requests })
      } finally {
        await world.close()
      }
    }),
    { numRuns: 5, endOnFailure: true },
  )
}, 60_000)
