// Whole lives, led at random: whatever the replies were, the next orderly run brings Braze to where the warehouse is.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { good } from '../flow/look.ts'
import { makeWorld, type World, type WorldKind } from '../support/world.ts'
import { CREATE, expectedOf, heldByBraze, lives, mended, type Step, setDay, syncsOf } from './lives.ts'
import { expectLedgerIsTrue, expectOneOutcomeEach } from './look.ts'

const CONFIG = {
  braze: { objects_per_request: 3, max_connections: 4 },
  guards: { max_removes: '100%', min_rows: 0 },
}
const LIVES: Readonly<Partial<Record<WorldKind, number>>> = { duckdb: 2, postgres: 2 }

async function inWorld(on: WorldKind, work: (world: World) => Promise<void>): Promise<void> {
  const world = await makeWorld({ on, syncs: {}, config: CONFIG, data: [CREATE] })
  try {
    await work(world)
  } finally {
    await world.close()
  }
}

async function lead(world: World, { day, definitions, faults }: Step): Promise<void> {
  world.sandbox.faults.clear()
  await setDay(world, day)
  for (const [path, sql] of Object.entries(syncsOf(definitions))) await world.write(path, sql)
  for (const fault of faults) world.sandbox.faults.inject(fault)
  const report = await world.sync()
  await expectOneOutcomeEach(world, report)
  await expectLedgerIsTrue(world)
}

/** The orderly end of a life: the last day, put right. */
async function endWell(world: World, life: readonly Step[]): Promise<void> {
  const last = life.at(-1)
  if (last === undefined) throw new Error('a life of no day')
  const { definitions } = last
  const day = mended(last.day)
  await lead(world, { day, definitions, faults: [] })
  const left = await world.ledger('select sync, k, reason from doubt')
  // Under `nulls: omit`, what an unanswered write may have left of a city waits until there is a city again.
  const waits = left.filter(
    ({ sync, k, reason }) => sync === 'kept' && reason === 'omitted' && day[String(k)]?.city === null,
  )
  expect(left).toEqual(waits)
  expect(heldByBraze(world.profiles())).toEqual(expectedOf(day, definitions))
  expectKeptCities(world, [...life.map((step) => step.day), day])
}

/** Under nulls: omit and on_leave: keep, Braze holds today's city, or one that the person had once. */
function expectKeptCities(world: World, past: readonly Step['day'][]): void {
  const today = past.at(-1) ?? {}
  const cityOf = (day: Step['day'], id: string) => day[id]?.city ?? null
  for (const [id, held] of Object.entries(world.profiles())) {
    const city: string | null = JSON.parse(held.last_city ?? 'null')
    const now = cityOf(today, id)
    if (now === null) expect([null, ...past.map((day) => cityOf(day, id))]).toContain(city)
    else expect(city).toBe(now)
  }
  for (const id of Object.keys(today).filter((one) => cityOf(today, one) !== null))
    expect(world.profiles()[id]?.last_city).toBe(JSON.stringify(cityOf(today, id)))
}

async function expectQuiet(world: World): Promise<void> {
  const look = async () => ({
    syncs: await world.ledger('select sync, snapshot, version, size from syncs order by sync'),
    history: await world.ledger('select count(*) as n from history'),
    profiles: world.profiles(),
    requests: world.sandbox.meter.requests,
  })
  const before = await look()
  const quiet = good(await world.sync())
  expect([quiet.requests, quiet.objects, quiet.dataPoints]).toEqual([0, 0, 0])
  expect(quiet.syncs.map(({ added, changed, removed, sent }) => [added, changed, removed, sent])).toEqual(
    quiet.syncs.map(() => [0, 0, 0, 0]),
  )
  expect(await look()).toEqual(before)
}

it.each(['duckdb', 'postgres'] as const)(
  'Law 1, Law 2, Law 3, Law 4: on %s, whatever happened, Braze ends up as the warehouse says, and then all is quiet',
  async (on) => {
    await fc.assert(
      fc.asyncProperty(lives, (life) =>
        inWorld(on, async (world) => {
          for (const step of life) await lead(world, step)
          await endWell(world, life)
          await expectQuiet(world)
        }),
      ),
      // A life takes seconds: a shorter one of the same kind is not looked for.
      { numRuns: LIVES[on] ?? 1, endOnFailure: true },
    )
  },
  120_000,
)
