// The lease, with real processes: one run at a time, a process that stands still past its lease, and holders that died.

import { describe, expect, it } from 'vitest'
import type { InjectedFault } from '../../src/sandbox/fault-book.ts'
import { type Child, type ChildJob, startChild } from '../support/child.ts'
import { makeWorld, type World, type WorldKind } from '../support/world.ts'
import { customersOf, expectDay, OBJECTS_PER_REQUEST, SHOP, setDay } from './days.ts'
import { good, KINDS, leftTables } from './look.ts'

/** As short as a lease can be that outlives the requests of its holder. */
const SHORT_LEASE = 3
const REQUEST_TIMEOUT = '1s'

async function openWorld(on: WorldKind, requestTimeout = '30s'): Promise<World> {
  const braze = { objects_per_request: OBJECTS_PER_REQUEST, request_timeout: requestTimeout }
  const world = await makeWorld({ on, ...SHOP, config: { ...SHOP.config, braze } })
  await setDay(world, customersOf(0))
  good(await world.sync())
  await setDay(world, customersOf(1))
  return world
}

/** A run in another process that has its first requests out, and waits for the answers. */
async function holder(
  world: World,
  job: Partial<ChildJob> = {},
): Promise<{ child: Child; hold: InjectedFault }> {
  const hold = world.sandbox.faults.inject({ kind: 'hold', when: 'after', times: 'always' })
  const child = startChild({ directory: world.directory, ...job })
  await hold.whenHit()
  return { child, hold }
}

/** What a process that has lost its lease must not change. */
const state = async (world: World) => ({
  requests: world.sandbox.meter.requests,
  profiles: world.profiles(),
  syncs: await world.ledger('select sync, version, size from syncs order by sync'),
  runs: await world.ledger('select run, status, phase, error from runs order by run'),
  doubt: await world.ledger('select sync, k from doubt'),
  lease: await world.ledger('select fence, holder from lease'),
})

/** Resolves once the lease has run out by the clock that counts. */
const expires = (world: World) =>
  world.ledger(`select pg_sleep_until(expires_at at time zone 'UTC') as slept from lease`)

describe.each(KINDS)('two runs at once on %s', (on) => {
  it('the second one exits 75 and does nothing; the first one does not notice', async () => {
    const world = await openWorld(on)
    const { child, hold } = await holder(world)
    const second = await startChild({ directory: world.directory }).ended
    expect(second).toMatchObject({ code: 75, result: { requests: 0 } })
    expect(second.result?.error).toContain(String(child.pid))
    hold.remove()
    expect(await child.ended).toMatchObject({ code: 0, result: { status: 'succeeded' } })
    expectDay(world, customersOf(1), 'the first run')
  })

  it('a holder that was killed is in nobody’s way, although its lease has a minute and a half to go', async () => {
    const world = await openWorld(on)
    const { child, hold } = await holder(world)
    child.signal('SIGKILL')
    await child.ended
    hold.remove()
    good(await world.sync())
    expectDay(world, customersOf(1), 'the heir')
    expect(await world.ledger('select fence from lease')).toEqual([{ fence: 3 }])
  })
})

describe('on postgres', () => {
  it('who may wait gets its turn when the first run is over', async () => {
    const world = await openWorld('postgres')
    const { child, hold } = await holder(world)
    let looks = 0
    // The clock is asked before and after each try for the lease: at the fourth look the first try has failed.
    const monotonic = () => {
      looks += 1
      if (looks === 4) hold.remove()
      return performance.now()
    }
    const waited = await world.sync([], { waitSeconds: 30, monotonic })
    expect(good(waited).requests).toBe(0)
    expect(await child.ended).toMatchObject({ code: 0, result: { status: 'succeeded' } })
    expect(looks).toBeGreaterThan(4)
  })

  it('whose time to wait is over exits 75', async () => {
    const world = await openWorld('postgres')
    const { child, hold } = await holder(world)
    await expect(world.sync([], { waitSeconds: 0.1 })).rejects.toMatchObject({ exitCode: 75 })
    hold.remove()
    await child.ended
  })

  it.each<[string, NonNullable<ChildJob['at']>]>([
    ['before it has sent anything', { signal: 'SIGSTOP', stage: 'outbox' }],
    ['between two requests', { signal: 'SIGSTOP', stage: 'request', nth: 3 }],
    ['before it settles', { signal: 'SIGSTOP', stage: 'settle' }],
  ])(
    'a process frozen past its lease %s is taken over; awake again it sends and settles nothing',
    async (_, at) => {
      const world = await openWorld('postgres', REQUEST_TIMEOUT)
      const child = startChild({ directory: world.directory, leaseSeconds: SHORT_LEASE, at })
      await child.frozen()
      await expect(world.sync()).rejects.toMatchObject({ exitCode: 75 })
      await expires(world)
      good(await world.sync())
      expectDay(world, customersOf(1), 'the heir')
      const before = await state(world)
      child.signal('SIGCONT')
      const end = await child.ended
      expect(end).toMatchObject({ code: 1, result: { error: expect.stringContaining('lease') } })
      expect(await state(world)).toEqual(before)
      expect(await leftTables(world)).toEqual([])
      expect(good(await world.sync()).requests).toBe(0)
    },
  )

  it('the heir of a frozen process is left alone when that one wakes and goes', async () => {
    const world = await openWorld('postgres', REQUEST_TIMEOUT)
    const frozen = startChild({
      directory: world.directory,
      leaseSeconds: SHORT_LEASE,
      at: { signal: 'SIGSTOP', stage: 'request', nth: 2 },
    })
    await frozen.frozen()
    await expires(world)
    const { child: heir, hold } = await holder(world)
    frozen.signal('SIGCONT')
    expect((await frozen.ended).code).toBe(1)
    await expect(world.sync()).rejects.toMatchObject({ exitCode: 75 })
    hold.remove()
    expect(await heir.ended).toMatchObject({ code: 0, result: { status: 'succeeded' } })
    expectDay(world, customersOf(1), 'the heir')
  })

  it('two first runs at once: one does the work, the other one exits 75 or finds nothing left', async () => {
    const world = await makeWorld({ on: 'postgres', ...SHOP })
    await setDay(world, customersOf(0))
    const ends = await Promise.all([1, 2].map(() => startChild({ directory: world.directory }).ended))
    expect(ends.map(({ code }) => code)).toContain(0)
    for (const { code, result } of ends)
      expect([code, result?.error ?? '']).toSatisfy(([c]) => c === 0 || c === 75)
    expectDay(world, customersOf(0), 'the first load')
  })
})

describe('on duckdb', () => {
  it('a process that stands still keeps its state file: nobody else opens it, and it goes on where it was', async () => {
    const world = await openWorld('duckdb')
    const child = startChild({
      directory: world.directory,
      at: { signal: 'SIGSTOP', stage: 'request', nth: 2 },
    })
    await child.frozen()
    await expect(world.sync()).rejects.toMatchObject({ exitCode: 75 })
    child.signal('SIGCONT')
    expect(await child.ended).toMatchObject({ code: 0, result: { status: 'succeeded' } })
    expectDay(world, customersOf(1), 'after the pause')
  })
})
