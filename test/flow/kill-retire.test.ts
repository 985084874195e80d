// Law 5 where a run takes everything back, sends everything again, applies a plan, or sends for the first time: killed, it
// is made good by asking again.

import { describe, expect, it } from 'vitest'
import { type ChildJob, startChild } from '../support/child.ts'
import { makeWorld, type World } from '../support/world.ts'
import { customersOf, expectDay, expectedOf, heldByBraze, OBJECTS_PER_REQUEST, SHOP, setDay } from './days.ts'
import { good, KINDS, leftTables } from './look.ts'

type Place = Omit<NonNullable<ChildJob['at']>, 'signal'>

async function kills(world: World, place: Place, job: Partial<ChildJob> = {}): Promise<void> {
  const child = startChild({ directory: world.directory, at: { signal: 'SIGKILL', ...place }, ...job })
  expect((await child.ended).signal).toBe('SIGKILL')
}

async function expectQuiet(world: World): Promise<void> {
  expect(good(await world.sync()).requests).toBe(0)
  expect(await world.ledger('select k from doubt')).toEqual([])
  expect(await leftTables(world)).toEqual([])
}

describe.each(KINDS)('law 5 on %s', (on) => {
  it.each<[string, Place]>([
    ['with a part of it sent', { stage: 'request', nth: 2 }],
    ['when it has settled', { after: 'set "settled" = true' }],
  ])('a retirement that is killed %s takes back the rest when it is asked again', async (_, place) => {
    const world = await makeWorld({ on, ...SHOP })
    await setDay(world, customersOf(0))
    await world.sync()
    await kills(world, place, { retire: 'club' })
    await world.remove('sql/audiences/club.sql')
    expect(await world.retire('club')).toMatchObject({ error: null, exitCode: 0 })
    const withoutClub = customersOf(0).map((customer) => ({ ...customer, club: false }))
    expect(heldByBraze(world.profiles())).toEqual(expectedOf(withoutClub))
    expect(await world.ledger(`select sync from syncs where sync = 'club'`)).toEqual([])
    await expectQuiet(world)
  })

  it('an apply that is killed when it was done leaves nothing behind', async () => {
    const world = await makeWorld({ on, ...SHOP })
    await setDay(world, customersOf(0))
    const { plan } = await world.plan()
    await kills(world, { after: `set "status" = 'applied'` }, { apply: plan })
    const again = await world.apply(plan)
    expect(again.error?.message).toBe(`plan ${plan} is stale: it has been applied`)
    expectDay(world, customersOf(0), 'the plan')
    await expectQuiet(world)
  })
})

it('law 5: a resync that is killed leaves nobody as Braze should not have them', async () => {
  const world = await makeWorld({ on: 'duckdb', ...SHOP })
  await setDay(world, customersOf(0))
  await world.sync()
  await setDay(world, customersOf(1))
  await kills(world, { stage: 'request', nth: 3 }, { resync: true })
  await setDay(world, customersOf(0))
  good(await world.sync())
  expectDay(world, customersOf(0), 'after the resync that died')
  await expectQuiet(world)
})

it('law 5: a first load that is killed ends with everybody sent, and few of them twice', async () => {
  const world = await makeWorld({ on: 'postgres', ...SHOP })
  const customers = customersOf(0)
  await setDay(world, customers)
  const hold = world.sandbox.faults.inject({ kind: 'hold', after: 3, times: 'always' })
  const child = startChild({ directory: world.directory })
  await hold.whenHit()
  child.signal('SIGKILL')
  await child.ended
  hold.remove()
  const { objects } = good(await world.sync())
  expectDay(world, customers, 'after the first load that died')
  expect(objects).toBeLessThanOrEqual(customers.length)
  expect(objects).toBeGreaterThanOrEqual(customers.length - 3 * OBJECTS_PER_REQUEST)
  expect(world.sandbox.requests.every((request) => request.objects <= OBJECTS_PER_REQUEST)).toBe(true)
  await expectQuiet(world)
})
