// Law 5: whenever the program is killed, the next run ends where a run that was never killed would have ended. Each killed
// process is a real one; a moment is reached by waiting for it, never by sleeping.

import { describe, expect, it } from 'vitest'
import { type ChildJob, startChild } from '../support/child.ts'
import { type Program, startProgram } from '../support/program.ts'
import { makeWorld, type World, type WorldKind } from '../support/world.ts'
import { type Customer, customersOf, expectDay, OBJECTS_PER_REQUEST, SHOP, setDay } from './days.ts'
import { good, KINDS, leftTables } from './look.ts'

/** More batches than are marked as started at once. */
const MANY = 400
const CONNECTIONS = 4

/** Every moment is tried with a shop that stays as it is, and with one that changes back before the next run. */
const BACK = [false, true]

const openWorld = async (on: WorldKind, people?: number): Promise<World> => {
  const config = {
    ...SHOP.config,
    braze: { objects_per_request: OBJECTS_PER_REQUEST, max_connections: CONNECTIONS },
  }
  const world = await makeWorld({ on, ...SHOP, config })
  await setDay(world, customersOf(0, people))
  good(await world.sync())
  return world
}

/** Kills a run of the next day by `kill`; then a run that nobody disturbs must end at the day that the warehouse has. */
async function killed(
  world: World,
  day: { readonly next: readonly Customer[]; readonly last: readonly Customer[] },
  kill: () => Promise<void>,
): Promise<void> {
  await setDay(world, day.next)
  await kill()
  world.sandbox.faults.clear()
  await setDay(world, day.last)
  await expectRepaired(world, day.last)
}

async function expectRepaired(world: World, day: readonly Customer[]): Promise<void> {
  good(await world.sync())
  expectDay(world, day, 'after the run that repairs')
  expect(good(await world.sync()).requests).toBe(0)
  expect(await world.ledger('select count(*) as n from doubt')).toEqual([{ n: 0 }])
  expect(await leftTables(world)).toEqual([])
}

async function expectKilled(program: Program): Promise<void> {
  program.signal('SIGKILL')
  expect(await program.ended).toMatchObject({ code: null, signal: 'SIGKILL' })
}

async function killsItself(
  directory: string,
  at: Omit<NonNullable<ChildJob['at']>, 'signal'>,
): Promise<void> {
  const end = await startChild({ directory, at: { signal: 'SIGKILL', ...at } }).ended
  expect(end).toMatchObject({ code: null, signal: 'SIGKILL' })
}

describe.each(KINDS)('Law 5: kill the program at any point, on %s', (on) => {
  describe.each(BACK)('the warehouse changed back: %s', (back) => {
    const days = (people?: number) => {
      const next = customersOf(1, people)
      return { next, last: back ? customersOf(0, people) : next }
    }

    it('while the SQL of a file runs', async () => {
      const world = await openWorld(on)
      await world.sql('create table slow (n int)')
      const slow =
        on === 'duckdb'
          ? '(select count(a.n + b.n + c.n) from slow as a, slow as b, slow as c)'
          : '(select count(pg_sleep(n)) from slow)'
      await world.write(
        'sql/properties/facts.sql',
        `/* ---\non_leave: unset\n--- */\nselect id as external_id, city, spend from customers where ${slow} >= 0`,
      )
      await killed(world, days(), async () => {
        await world.sql(
          `insert into slow select 20 from generate_series(1, ${on === 'duckdb' ? 5000 : 1}) as g(i)`,
        )
        const program = startProgram(world.directory, ['sync'])
        await program.says('"sync":"facts"')
        await expectKilled(program)
        await world.sql('delete from slow')
      })
    })

    it('before and after the outbox is packed', async () => {
      const world = await openWorld(on)
      await killed(world, days(), async () => {
        await killsItself(world.directory, { stage: 'candidates', nth: 3, statement: 4 })
        await killsItself(world.directory, { stage: 'outbox' })
      })
    })

    it('once requests have left that Braze has not read', async () => {
      const world = await openWorld(on)
      await killed(world, days(), async () => {
        const held = world.sandbox.faults.inject({ kind: 'drop', when: 'before', times: 'always' })
        const program = startProgram(world.directory, ['sync'])
        await held.whenHit(CONNECTIONS)
        await expectKilled(program)
      })
    })

    it('once Braze has done what nobody could be told', async () => {
      const world = await openWorld(on)
      const { next } = days()
      await killed(world, days(), async () => {
        const held = world.sandbox.faults.inject({ kind: 'hold', when: 'after', times: 'always' })
        const program = startProgram(world.directory, ['sync'])
        await held.whenHit(CONNECTIONS)
        await expectKilled(program)
        const ours = next.filter(
          ({ id, city }) => city !== null && world.profiles()[id]?.city === JSON.stringify(city),
        )
        expect(ours.length).toBeGreaterThan(0)
      })
    })

    it('midway, with a chunk acknowledged and another one started', async () => {
      const world = await openWorld(on, MANY)
      await killed(world, days(MANY), async () => {
        const held = world.sandbox.faults.inject({ kind: 'hold', when: 'after', after: 66, times: 'always' })
        const program = startProgram(world.directory, ['sync'])
        await held.whenHit(CONNECTIONS)
        await expectKilled(program)
      })
    })

    it('while it settles', async () => {
      const world = await openWorld(on)
      await killed(world, days(), async () => {
        const program = startProgram(world.directory, ['sync'])
        await program.says('run.settle')
        await expectKilled(program)
        // Once more, with what is left to do: between the settles of two syncs.
        await startChild({
          directory: world.directory,
          at: { signal: 'SIGKILL', stage: 'settle', statement: back ? 9 : 16 },
        }).ended
      })
    })

    it('while the next run settles in its place', async () => {
      const world = await openWorld(on)
      await killed(world, days(), async () => {
        const held = world.sandbox.faults.inject({ kind: 'hold', when: 'after', after: 2, times: 'always' })
        const program = startProgram(world.directory, ['sync'])
        await held.whenHit()
        await expectKilled(program)
        held.remove()
        for (const statement of back ? [2, 12] : [7, 18])
          await killsItself(world.directory, { stage: 'recover', statement })
      })
    })
  })

  it('at whatever statement', async () => {
    const world = await openWorld(on)
    let day = 0
    for (let statement = on === 'duckdb' ? 9 : 20; ; statement += 47) {
      const [now, next] = [customersOf(day), customersOf(day + 1)]
      await setDay(world, next)
      const end = await startChild({ directory: world.directory, at: { signal: 'SIGKILL', statement } }).ended
      if (end.signal !== 'SIGKILL') {
        expect(end).toMatchObject({ code: 0, result: { status: 'succeeded' } })
        expectDay(world, next, 'not killed')
        // So many moments were tried that most stages had theirs.
        expect(statement).toBeGreaterThan(60)
        break
      }
      const back = statement % 2 === 0
      await setDay(world, back ? now : next)
      await expectRepaired(world, back ? now : next)
      if (!back) day += 1
    }
  })

  it('in the very first run, whose people are gone when the next one starts', async () => {
    const world = await makeWorld({ on, ...SHOP })
    await setDay(world, customersOf(0))
    const held = world.sandbox.faults.inject({ kind: 'hold', when: 'after', after: 1 })
    const program = startProgram(world.directory, ['sync'])
    await held.whenHit()
    await expectKilled(program)
    world.sandbox.faults.clear()
    expect(Object.keys(world.profiles()).length).toBeGreaterThan(0)
    await setDay(world, [])
    await expectRepaired(world, [])
  })

  it('a plan whose apply was killed is applied again, and is then done', async () => {
    const world = await openWorld(on)
    const next = customersOf(1)
    await setDay(world, next)
    const { plan } = await world.plan()
    const held = world.sandbox.faults.inject({ kind: 'hold', when: 'after', after: 2 })
    const program = startProgram(world.directory, ['apply', plan])
    await held.whenHit()
    await expectKilled(program)
    world.sandbox.faults.clear()
    await startChild({ directory: world.directory, apply: plan, at: { signal: 'SIGKILL', stage: 'settle' } })
      .ended
    good(await world.apply(plan))
    expectDay(world, next, 'applied')
    expect((await world.apply(plan)).error?.message).toContain('it has been applied')
    expect(good(await world.sync()).requests).toBe(0)
    expect(await leftTables(world)).toEqual([])
  })
})
