// A run that is told to stop takes no more batches, lets what is in flight finish, settles and leaves; told twice, it
// leaves at once. Either way the next run does the rest.

import { describe, expect, it } from 'vitest'
import { startProgram } from '../support/program.ts'
import { makeWorld, type World, type WorldKind } from '../support/world.ts'
import { customersOf, expectDay, OBJECTS_PER_REQUEST, SHOP, setDay } from './days.ts'
import { good, KINDS, leftTables } from './look.ts'

const PEOPLE = 400
const CONNECTIONS = 3

const openWorld = async (on: WorldKind): Promise<World> => {
  const braze = { objects_per_request: OBJECTS_PER_REQUEST, max_connections: CONNECTIONS }
  const world = await makeWorld({ on, ...SHOP, config: { ...SHOP.config, braze } })
  await setDay(world, customersOf(0, PEOPLE))
  return world
}

/** A query that would take hours. */
const slow = (on: WorldKind): string =>
  on === 'duckdb'
    ? "select 'x' as external_id, count(*) as n from range(10000000) as a(i), range(10000000) as b(j) where hash(i, j) = 42"
    : "select 'x' as external_id, pg_sleep(7200) is null as n"

/** More than one chunk of batches: some are on record as started, some are not when the signal comes. */
const BEFORE = 10

describe.each(KINDS)('told to stop, on %s', (on) => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s: what is in flight finishes and is settled, exit %d', async (signal, exitCode) => {
    const world = await openWorld(on)
    const held = world.sandbox.faults.inject({ kind: 'hold', after: BEFORE, times: 'always' })
    const program = startProgram(world.directory, ['sync'])
    await held.whenHit(CONNECTIONS)
    program.signal(signal)
    await program.says('finishing what is under way')
    held.release()
    const { code, stdout } = await program.ended
    expect(code).toBe(exitCode)
    // Not one request more than those that were in flight.
    expect(held.hits()).toBe(CONNECTIONS)
    const sent = (BEFORE + CONNECTIONS) * OBJECTS_PER_REQUEST
    expect(world.profiles()).toSatisfy((people: object) => Object.keys(people).length === sent)
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'partial',
      objects: sent,
      requests: BEFORE + CONNECTIONS,
    })
    expect(await world.ledger('select count(*) as n from doubt')).toEqual([{ n: 0 }])
    expect(await leftTables(world)).toEqual([])

    held.remove()
    const rest = good(await world.sync())
    expect(rest.objects).toBe(customersOf(0, PEOPLE).length - sent)
    expectDay(world, customersOf(0, PEOPLE), 'the rest')
    expect(world.sandbox.meter.objects).toBe(customersOf(0, PEOPLE).length)
  })

  it('a slow query of the author is stopped, and nothing is sent', async () => {
    const world = await openWorld(on)
    await world.write('sql/properties/slow.sql', slow(on))
    const program = startProgram(world.directory, ['sync'])
    await program.says('"sync":"slow"')
    program.signal('SIGTERM')
    const { code, stdout } = await program.ended
    expect(code).toBe(143)
    expect(JSON.parse(stdout)).toMatchObject({ objects: 0, requests: 0 })
    expect(world.profiles()).toEqual({})
    expect(await leftTables(world)).toEqual([])

    await world.remove('sql/properties/slow.sql')
    good(await world.sync())
    expectDay(world, customersOf(0, PEOPLE), 'the next run')
  })

  it('a second signal ends it at once, and nothing is lost', async () => {
    const world = await openWorld(on)
    const held = world.sandbox.faults.inject({ kind: 'hold', when: 'after', after: BEFORE, times: 'always' })
    const program = startProgram(world.directory, ['sync'])
    await held.whenHit(CONNECTIONS)
    program.signal('SIGTERM')
    await program.says('finishing what is under way')
    // Two within half a second count as one, so it is told until it hears.
    const again = setInterval(() => program.signal('SIGTERM'), 100)
    const { code, stdout } = await program.ended
    clearInterval(again)
    expect([code, stdout]).toEqual([143, ''])
    expect(held.held()).toBe(CONNECTIONS)

    held.remove()
    await setDay(world, customersOf(1, PEOPLE))
    good(await world.sync())
    expectDay(world, customersOf(1, PEOPLE), 'the next run')
    expect(good(await world.sync()).requests).toBe(0)
  })
})
