// Law 5 for a first load of a single sync in Postgres, whose delta is its own outbox: killed at any point, also when the
// warehouse changed before the next run.

import { describe, expect, it } from 'vitest'
import { startChild } from '../support/child.ts'
import { startProgram } from '../support/program.ts'
import { makeWorld, type People, type World } from '../support/world.ts'
import { type Customer, customersOf, setDay } from './days.ts'
import { braze, good, leftTables } from './look.ts'

const PEOPLE = 400
const CONNECTIONS = 4

const openWorld = async (): Promise<World> => {
  const world = await makeWorld({
    on: 'postgres',
    data: ['create table customers (id text, spend int, city text, club boolean)'],
    syncs: {
      'sql/properties/facts.sql':
        '/* ---\non_leave: unset\n--- */\nselect id as external_id, city, spend from customers',
    },
    config: {
      braze: { objects_per_request: 4, max_connections: CONNECTIONS },
      guards: { max_removes: '100%', min_rows: 0 },
    },
  })
  await setDay(world, customersOf(0, PEOPLE))
  return world
}

/** What Braze should hold: of those who are gone nothing. */
const held = (customers: readonly Customer[]): People =>
  Object.fromEntries(
    customers.map(({ id, city, spend }) => [
      id,
      { ...(city === null ? {} : { city: JSON.stringify(city) }), spend: String(spend) },
    ]),
  )

const ofUs = (people: People): People =>
  Object.fromEntries(Object.entries(people).filter(([, attributes]) => Object.keys(attributes).length > 0))

const MOMENTS: Readonly<Record<string, (world: World) => Promise<void>>> = {
  'once its outbox is there': async (world) => {
    const end = await startChild({
      directory: world.directory,
      at: { signal: 'SIGKILL', stage: 'outbox' },
    }).ended
    expect(end).toMatchObject({ signal: 'SIGKILL' })
  },
  'midway, with a chunk acknowledged and another one started': async (world) => {
    const fault = world.sandbox.faults.inject({ kind: 'hold', when: 'after', after: 66, times: 'always' })
    const program = startProgram(world.directory, ['sync'])
    await fault.whenHit(CONNECTIONS)
    program.signal('SIGKILL')
    expect(await program.ended).toMatchObject({ signal: 'SIGKILL' })
  },
  'while it settles': async (world) => {
    const program = startProgram(world.directory, ['sync'])
    await program.says('run.settle')
    program.signal('SIGKILL')
    expect(await program.ended).toMatchObject({ signal: 'SIGKILL' })
  },
}

describe('Law 5: kill the first load of a single sync', () => {
  it.each(Object.keys(MOMENTS).flatMap((moment) => [0, 1].map((day) => ({ moment, day }))))(
    '$moment; the warehouse is at day $day by then',
    async ({ moment, day }) => {
      const world = await openWorld()
      await MOMENTS[moment]?.(world)
      world.sandbox.faults.clear()
      const last = customersOf(day, PEOPLE)
      await setDay(world, last)
      good(await world.sync())
      expect(ofUs(braze(world))).toEqual(held(last))
      expect(good(await world.sync()).requests).toBe(0)
      expect(await world.ledger('select count(*) as n from doubt')).toEqual([{ n: 0 }])
      expect(await leftTables(world)).toEqual([])
    },
  )

  it('what Braze refuses stays behind', async () => {
    const world = await openWorld()
    const refused = customersOf(0, PEOPLE)[7]?.id ?? ''
    const fault = world.sandbox.faults.inject({
      kind: 'refuse',
      object: { external_id: refused },
      times: 'always',
    })
    const refusing = await world.sync()
    expect(refusing.syncs[0]).toMatchObject({ status: 'rejected', rejected: 1, unknown: 0 })
    fault.remove()
    expect(braze(world)[refused]).toBeUndefined()
    expect(good(await world.sync()).objects).toBe(1)
    expect(ofUs(braze(world))).toEqual(held(customersOf(0, PEOPLE)))
    expect(await leftTables(world)).toEqual([])
  })
})
